use super::{cursor, keyset};
use crate::crud::rows::read_all;
use crate::crud::{Find, Relations};
use crate::encode::Encoder;
use crate::error::Error;
use crate::filter::Expr;
use crate::model::Model;
use crate::param::Param;
use crate::schema::TableDef;
use crate::session::{Executor, Session};

/// Where a page begins, and how many rows it has.
#[derive(Debug, Clone)]
pub struct After {
    rows: u64,
    cursor: Option<String>,
}

impl After {
    /// The first page, of at most this many rows.
    pub fn start(rows: u64) -> Self {
        Self { rows, cursor: None }
    }

    /// The page after the one that gave out `cursor`, of at most this many rows. It may come from outside, as from the query
    /// of a url.
    pub fn cursor(rows: u64, cursor: impl Into<String>) -> Self {
        Self { rows, cursor: Some(cursor.into()) }
    }

    /// The first page where there is no cursor, else the one after it.
    pub fn maybe(rows: u64, cursor: Option<impl Into<String>>) -> Self {
        Self { rows, cursor: cursor.map(Into::into) }
    }
}

/// Some rows, and how to come to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What [`After::cursor`] takes for the next page; `None` where this is the last. It holds the sorted values of the last
    /// row, encoded but not encrypted.
    pub next: Option<String>,
}

impl<M: Model, R: Relations<M>> Find<M, R> {
    /// One page of the rows: those after the last of the page before, however many rows were added or removed meanwhile.
    ///
    /// They are sorted as [`order_by`](Self::order_by) says, and where rows are equal by the primary key; rows without a
    /// value are among them. An index on the sorted columns and the key makes every page as fast as the first. A limit or
    /// offset of the search itself has no effect.
    ///
    /// ```ignore
    /// let mut after = After::start(20);
    /// loop {
    ///     let page = users::find().order_by(users::created_at().desc()).page(after, &db).await?;
    ///     // page.items …
    ///     let Some(next) = page.next else { break };
    ///     after = After::cursor(20, next);
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Of the kind `Parameter` where the cursor is none, or of another search; else as [`all`](Self::all).
    pub async fn page(mut self, after: After, on: &(impl Executor + ?Sized)) -> Result<Page<R::Row>, Error> {
        let keys = keyset::keys(M::TABLE, &self.selection.order)?;
        if let Some(cursor) = &after.cursor {
            let values = cursor::read(M::TABLE, &keys, cursor)?;
            self.selection.filter = Expr::all([self.selection.filter, keyset::after(&keys, values)]);
        }
        self.selection.order = keyset::sorts(&keys);
        // One more tells whether there is another page.
        self.selection.limit = Some(after.rows.saturating_add(1));
        self.selection.offset = None;
        let session = Session::of(&on);
        let mut rows: Vec<M> = read_all(session, self.selection.rows(M::TABLE)?).await?;
        let wanted = usize::try_from(after.rows).unwrap_or(usize::MAX);
        let more = rows.len() > wanted;
        rows.truncate(wanted);
        let next = match rows.last().filter(|_| more) {
            Some(last) => Some(cursor::write(M::TABLE, &keys, &values(M::TABLE, &keys, last)?)),
            None => None,
        };
        Ok(Page { items: self.relations.load(session, rows).await?, next })
    }
}

/// A row's values of the sorted columns.
fn values<M: Model>(table: &'static TableDef, keys: &[keyset::Key], row: &M) -> Result<Vec<Param>, Error> {
    let mut encoder = Encoder::row(table);
    row.encode(&mut encoder);
    let values = encoder.into_row()?;
    let value = |key: &keyset::Key| {
        let found = values.iter().find(|(column, _)| table.columns[*column].name == key.column.name);
        found.map_or(Param::new(key.column.ty.wire(), None), |(_, value)| value.clone())
    };
    Ok(keys.iter().map(value).collect())
}
