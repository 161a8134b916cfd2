//! Where the notes are: a database in a folder, asked without an async runtime.

use std::path::Path;

use ominipg::{After, ConnectOptions, Error, Filter, Page, Transaction, blocking};

use crate::Result;
use crate::db::{NewNote, NewTag, Note, NotePatch, SCHEMA, Tag, notes, tags};

/// A note and its tags.
pub type Tagged = (Note, Vec<Tag>);

/// The open database.
pub struct Store {
    db: blocking::Ominipg,
}

impl Store {
    /// Opens the database in `folder`, and makes it where it is not there.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.to_str().ok_or("the folder's path is not UTF-8: choose another")?;
        // A url takes `%` for the beginning of an escape.
        let url = format!("file://{}", path.replace('%', "%25"));
        let options = ConnectOptions::new(url).schema(&SCHEMA).create_tables(true);
        Ok(Self { db: blocking::Ominipg::connect(options)? })
    }

    /// Keeps a note with its tags: both, or neither.
    pub fn add(&self, title: String, body: String, tags: &[String]) -> Result<Note> {
        let work = async |tx: &mut Transaction| {
            let note = notes::create(NewNote::new(title.as_str()).body(body.as_str())).run(tx).await?;
            set_tags(tx, &note, tags).await?;
            Ok::<_, Error>(note)
        };
        Ok(self.db.wait(self.db.handle().transact(work))?)
    }

    /// A page of notes, the newest first.
    pub fn list(&self, tag: Option<String>, limit: u64, after: Option<String>) -> Result<Page<Tagged>> {
        let tagged = tag.map_or_else(|| Filter::all([]), |tag| notes::tags().any(tags::name().eq(tag)));
        let find = notes::find()
            .filter(tagged)
            .with(notes::tags().order_by(tags::name().asc()))
            .order_by(notes::id().desc());
        Ok(self.db.wait(find.page(After::maybe(limit, after), &self.db))?)
    }

    /// The notes that fit a search best.
    pub fn search(&self, words: &str, limit: u64) -> Result<Page<Tagged>> {
        let find = notes::find()
            .filter(notes::search(words))
            .with(notes::tags().order_by(tags::name().asc()))
            .order_by((notes::search_rank(words), notes::id().desc()))
            .limit(limit);
        Ok(Page { items: self.db.wait(find.all(&self.db))?, next: None })
    }

    /// One note.
    pub fn note(&self, id: i32) -> Result<Tagged> {
        let find = notes::find().filter(notes::id().eq(id)).with(notes::tags().order_by(tags::name().asc()));
        self.db.wait(find.first(&self.db))?.ok_or_else(|| no_note(id))
    }

    /// Changes what is given.
    pub fn edit(&self, id: i32, title: Option<String>, body: Option<String>) -> Result<()> {
        let mut patch = NotePatch::new();
        if let Some(title) = title {
            patch = patch.title(title);
        }
        if let Some(body) = body {
            patch = patch.body(body);
        }
        match self.db.wait(notes::by_key(id).update(patch).run(&self.db)) {
            Err(error) if error.is_not_found() => Err(no_note(id)),
            other => Ok(other.map(drop)?),
        }
    }

    /// Adds tags to a note.
    pub fn tag(&self, id: i32, tags: &[String]) -> Result<()> {
        let (note, _) = self.note(id)?;
        Ok(self.db.wait(self.db.handle().transact(async |tx| set_tags(tx, &note, tags).await))?)
    }

    /// Takes tags from a note, and those that no other note has away.
    pub fn untag(&self, id: i32, names: &[String]) -> Result<()> {
        let (note, has) = self.note(id)?;
        let work = async |tx: &mut Transaction| {
            let gone = has.iter().filter(|tag| names.contains(&tag.name));
            notes::tags().unlink(&note, gone).run(tx).await?;
            tags::find().filter(tags::notes().is_empty()).delete().run(tx).await?;
            Ok::<_, Error>(())
        };
        Ok(self.db.wait(self.db.handle().transact(work))?)
    }

    /// Deletes a note; a tag that no other note has goes with it.
    pub fn delete(&self, id: i32) -> Result<()> {
        let work = async |tx: &mut Transaction| {
            let was_there = notes::by_key(id).delete().run(tx).await?;
            tags::find().filter(tags::notes().is_empty()).delete().run(tx).await?;
            Ok::<_, Error>(was_there)
        };
        if self.db.wait(self.db.handle().transact(work))? { Ok(()) } else { Err(no_note(id)) }
    }

    /// Closes the database.
    pub fn close(self) -> Result<()> {
        Ok(self.db.close()?)
    }
}

/// Gives a note tags, which are made where they are not there.
async fn set_tags(tx: &Transaction, note: &Note, names: &[String]) -> std::result::Result<(), Error> {
    let mut given = Vec::new();
    for name in names {
        given.push(tags::upsert_on_name(NewTag::new(name.as_str())).update_all().run(tx).await?.row);
    }
    notes::tags().link(note, &given).run(tx).await?;
    Ok(())
}

fn no_note(id: i32) -> Box<dyn std::error::Error> {
    format!("there is no note {id}").into()
}
