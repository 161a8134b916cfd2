use super::{insert, rows};
use crate::encode::Encoder;
use crate::error::Error;
use crate::model::{Encode, Model};
use crate::session::{Executor, Session};

/// The insert of one row, not sent yet.
#[derive(Clone)]
#[must_use = "nothing is sent until `run`"]
pub struct Create<M: Model> {
    new: M::New,
}

impl<M: Model> Create<M> {
    /// An insert of `new`.
    pub fn new(new: M::New) -> Self {
        Self { new }
    }

    /// Checks the value against its schema, inserts it, and returns the row as the database has it.
    ///
    /// # Errors
    ///
    /// Of the kind `Invalid`, with every broken rule, before anything is sent; else where PostgreSQL refuses the row.
    pub async fn run(self, on: &(impl Executor + ?Sized)) -> Result<M, Error> {
        rows::validate(M::TABLE, &self.new)?;
        let mut row = Encoder::row(M::TABLE);
        self.new.encode(&mut row);
        let mut sql = insert::one(M::TABLE, row)?;
        sql.push(" RETURNING ").columns(M::TABLE);
        rows::read_one(Session::of(&on), sql).await?.ok_or_else(|| {
            rows::not_found(M::TABLE, "came back from the insert: a trigger or rule left it out")
        })
    }
}
