use tokio_postgres::Row;

use super::rows::decode;
use super::{copy_many, insert};
use crate::encode::{ColumnSet, Encoder};
use crate::error::{Error, ErrorKind};
use crate::hash::HashMap;
use crate::model::{Encode, Model, Validate};
use crate::schema::{SqlType, TableDef};
use crate::session::{Executor, Session, Transaction};
use crate::validate::Violations;

/// The most bytes of one parameter.
const PARAMETER_BYTES: usize = 4 << 20;
/// The most rows of one statement.
const ROWS: usize = 10_000;
/// The same where a column is an array: PostgreSQL's time to slice one out of many grows with their number.
const ROWS_WITH_ARRAYS: usize = 500;

/// The insert of many rows, not sent yet.
#[derive(Clone)]
#[must_use = "nothing is sent until `run` or `execute`"]
pub struct CreateMany<M: Model> {
    rows: Vec<M::New>,
}

impl<M: Model> CreateMany<M> {
    /// An insert of `rows`.
    pub fn new(rows: impl IntoIterator<Item = M::New>) -> Self {
        Self { rows: rows.into_iter().collect() }
    }

    /// Checks all rows against their schema, inserts all or none, and returns them in their order as the database
    /// has them; a row that a trigger leaves out is not among them.
    ///
    /// # Errors
    ///
    /// Of the kind `Invalid`, with every broken rule of every row (pointers start with the row's index), before
    /// anything is sent; else where PostgreSQL refuses a row.
    pub async fn run(self, on: &(impl Executor + ?Sized)) -> Result<Vec<M>, Error> {
        let session = Session::of(&on);
        let validate = session.validates_rows();
        let mut made: Vec<(usize, M)> = Vec::with_capacity(self.rows.len());
        let mut take = |indices: &[usize], rows: &[Row]| {
            for (index, row) in indices.iter().zip(rows) {
                made.push((*index, decode(row, validate)?));
            }
            Ok(())
        };
        self.send(session, true, &mut take).await?;
        made.sort_by_key(|(index, _)| *index);
        Ok(made.into_iter().map(|(_, row)| row).collect())
    }

    /// As [`run`](Self::run), but returns only the number of rows; many go by COPY then, where that means the same.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn execute(self, on: &(impl Executor + ?Sized)) -> Result<u64, Error> {
        self.send(Session::of(&on), false, &mut |_, _| Ok(())).await
    }

    async fn send(self, session: Session<'_>, returning: bool, take: Take<'_>) -> Result<u64, Error> {
        self.validate()?;
        let many = !returning && self.rows.len() >= copy_many::ENOUGH;
        if many && copy_many::is_possible(session, M::TABLE).await? {
            return copy_many::send(session, M::TABLE, &self.rows).await;
        }
        let arrays = M::TABLE.columns.iter().any(|column| matches!(column.ty, SqlType::Array(_)));
        let mut batches = Batches::new(M::TABLE, if arrays { ROWS_WITH_ARRAYS } else { ROWS });
        let mut sender = Sender { session, returning, own: None, count: 0, gaps: false };
        let last = self.rows.len().saturating_sub(1);
        for (index, row) in self.rows.iter().enumerate() {
            if let Some(full) = batches.add(index, row)
                && index < last
            {
                sender.begin().await?;
                sender.send(M::TABLE, batches.take(full), take).await?;
            }
        }
        let kinds = batches.list.len();
        let rest = batches.finish();
        if rest.len() > 1 {
            sender.begin().await?;
        }
        for batch in rest {
            sender.send(M::TABLE, batch, take).await?;
        }
        if sender.gaps && kinds > 1 {
            return Err(left_out(M::TABLE));
        }
        sender.commit().await
    }

    fn validate(&self) -> Result<(), Error> {
        let mut violations = Violations::new();
        for (index, row) in self.rows.iter().enumerate() {
            violations.at_row(index);
            row.validate(&mut violations);
        }
        if violations.is_empty() { Ok(()) } else { Err(Error::invalid(M::TABLE.name, violations)) }
    }
}

/// Receives a statement's rows and the positions that they had in the input.
type Take<'a> = &'a mut (dyn FnMut(&[usize], &[Row]) -> Result<(), Error> + Send);

/// Several statements lost their rows' order; they are in a transaction, which this error rolls back.
fn left_out(table: &TableDef) -> Error {
    let message = format!(
        "a trigger or rule of `{}` leaves rows out, and the rows have different columns set, so that their order is \
         lost: use `execute`, which returns only their number",
        table.name
    );
    Error::new(ErrorKind::Decode, message)
}

/// Rows that have the same columns set.
pub(super) struct Batch {
    pub(super) columns: ColumnSet,
    pub(super) rows: Encoder,
    /// The positions that they had in the input.
    pub(super) indices: Vec<usize>,
}

/// Rows, by the columns that they have set.
pub(super) struct Batches {
    table: &'static TableDef,
    by_columns: HashMap<ColumnSet, usize>,
    list: Vec<Batch>,
    last: usize,
    /// The most rows of one.
    most: usize,
}

impl Batches {
    pub(super) fn new(table: &'static TableDef, most: usize) -> Self {
        Self { table, by_columns: HashMap::default(), list: Vec::new(), last: 0, most }
    }

    /// Adds a row; says which batch it went to if that is full now.
    pub(super) fn add(&mut self, index: usize, row: &impl Encode) -> Option<usize> {
        // Most rows have the same columns as the one before them, so they are tried there first.
        let Some(batch) = self.list.get_mut(self.last) else { return self.add_elsewhere(index, row, None) };
        row.encode(&mut batch.rows);
        let columns = batch.rows.end_row();
        if columns != batch.columns {
            batch.rows.undo_row(&columns);
            return self.add_elsewhere(index, row, Some(columns));
        }
        self.keep(index)
    }

    fn add_elsewhere(
        &mut self,
        index: usize,
        row: &impl Encode,
        columns: Option<ColumnSet>,
    ) -> Option<usize> {
        if let Some(place) = columns.as_ref().and_then(|columns| self.by_columns.get(columns)) {
            self.last = *place;
            row.encode(&mut self.list[*place].rows);
            self.list[*place].rows.end_row();
        } else {
            let mut rows = Encoder::new(self.table);
            row.encode(&mut rows);
            let columns = rows.end_row();
            self.last = self.list.len();
            self.by_columns.insert(columns.clone(), self.last);
            self.list.push(Batch { columns, rows, indices: Vec::new() });
        }
        self.keep(index)
    }

    fn keep(&mut self, index: usize) -> Option<usize> {
        let batch = &mut self.list[self.last];
        batch.indices.push(index);
        let full = batch.indices.len() >= self.most || batch.rows.largest() >= PARAMETER_BYTES;
        full.then_some(self.last)
    }

    /// The batch that the last row went to.
    pub(super) fn last(&self) -> &Batch {
        &self.list[self.last]
    }

    /// Takes its rows and leaves an empty one.
    pub(super) fn take_last(&mut self) -> Batch {
        self.take(self.last)
    }

    /// Takes a batch's rows and leaves an empty one.
    fn take(&mut self, place: usize) -> Batch {
        let batch = &mut self.list[place];
        let empty =
            Batch { columns: batch.columns.clone(), rows: Encoder::new(self.table), indices: Vec::new() };
        std::mem::replace(batch, empty)
    }

    /// What is left.
    pub(super) fn finish(self) -> Vec<Batch> {
        self.list.into_iter().filter(|batch| !batch.indices.is_empty()).collect()
    }
}

/// Sends batches, in a transaction where there are several.
struct Sender<'a> {
    session: Session<'a>,
    returning: bool,
    own: Option<Transaction>,
    count: u64,
    /// Whether fewer rows came back than were sent.
    gaps: bool,
}

impl Sender<'_> {
    async fn begin(&mut self) -> Result<(), Error> {
        if self.own.is_none() {
            self.own = self.session.begin().await?;
        }
        Ok(())
    }

    async fn send(
        &mut self,
        table: &'static TableDef,
        mut batch: Batch,
        take: Take<'_>,
    ) -> Result<(), Error> {
        let session =
            self.own.as_ref().map_or(self.session, |own| Session::transaction(own).within(self.session));
        let mut sql = insert::many(table, &batch.columns, &mut batch.rows, batch.indices.len())?;
        if !self.returning {
            self.count += session.count(sql).await?;
            return Ok(());
        }
        sql.push(" RETURNING ").columns(table);
        let rows = session.rows(sql).await?;
        self.count += rows.len() as u64;
        self.gaps |= rows.len() != batch.indices.len();
        take(&batch.indices, &rows)
    }

    async fn commit(self) -> Result<u64, Error> {
        if let Some(transaction) = self.own {
            transaction.commit().await?;
        }
        Ok(self.count)
    }
}
