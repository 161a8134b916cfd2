use ominipg::{ConnectOptions, Ominipg};

use crate::Result;
use crate::db::{NewNote, NewPerson, PersonPatch, SCHEMA, notes, people};
use crate::peer::Peer;
use crate::person::{MANY, NOTES, PEOPLE, person};

/// Typed calls on a pool, which check what they send.
pub struct Ours(Ominipg);

impl Ours {
    pub async fn connect(url: &str) -> Result<Self> {
        Ok(Self(Ominipg::connect(url).await?))
    }

    /// Writes what all peers read.
    pub async fn fill(url: &str) -> Result<()> {
        let options = ConnectOptions::new(url).schema(&SCHEMA).create_tables(true);
        let db = Ominipg::connect(options).await?;
        people::create_many((0..PEOPLE).map(person)).execute(&db).await?;
        let all = (0..PEOPLE * NOTES).map(|id| NewNote::new(id, id % PEOPLE, format!("Note {id}")));
        notes::create_many(all).execute(&db).await?;
        Ok(db.batch_execute("ANALYZE").await?)
    }
}

impl Peer for Ours {
    async fn by_key(&mut self, id: i64) -> Result<()> {
        assert_eq!(people::by_key(id).one(&self.0).await?.id, id);
        Ok(())
    }

    async fn hundred(&mut self, from: i64) -> Result<()> {
        let found = people::find().filter(people::id().gte(from)).order_by(people::id().asc()).limit(100);
        assert_eq!(found.all(&self.0).await?.len(), 100);
        Ok(())
    }

    async fn insert(&mut self, new: NewPerson) -> Result<()> {
        let id = new.id;
        assert_eq!(people::create(new).run(&self.0).await?.id, id);
        Ok(())
    }

    async fn insert_many(&mut self, new: Vec<NewPerson>) -> Result<()> {
        assert_eq!(people::create_many(new).execute(&self.0).await?, MANY as u64);
        Ok(())
    }

    async fn update(&mut self, id: i64, age: i32) -> Result<()> {
        assert_eq!(people::by_key(id).update(PersonPatch::new().age(age)).run(&self.0).await?.age, age);
        Ok(())
    }

    async fn populate(&mut self) -> Result<()> {
        let found = people::find().with(people::notes()).all(&self.0).await?;
        assert_eq!((found.len() as i64, found[7].1.len() as i64), (PEOPLE, NOTES));
        Ok(())
    }
}
