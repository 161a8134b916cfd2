use std::pin::pin;

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, RowStream, Statement};
use tokio_stream::StreamExt;

use super::rows::Rows;
use crate::param::{Param, Params, check_size};

/// A statement that can be sent: prepared on its connection, or as its text with the types of its parameters.
pub(super) struct Ready<'a> {
    sql: &'a str,
    prepared: Option<Statement>,
    /// The parameters, where they had to wait for their types.
    encoded: Option<Vec<Param>>,
    params: Params<'a>,
}

impl<'a> Ready<'a> {
    /// One that is prepared.
    pub(super) fn prepared(
        sql: &'a str,
        statement: Statement,
        params: Params<'a>,
    ) -> Result<Self, crate::Error> {
        let encoded = params.encode(statement.params())?;
        Self { sql, prepared: Some(statement), encoded, params }.checked()
    }

    /// One that is not, with its parameters where those had to wait for their types.
    pub(super) fn unprepared(
        sql: &'a str,
        encoded: Option<Vec<Param>>,
        params: Params<'a>,
    ) -> Result<Self, crate::Error> {
        Self { sql, prepared: None, encoded, params }.checked()
    }

    fn checked(self) -> Result<Self, crate::Error> {
        check_size(self.list())?;
        Ok(self)
    }

    /// Its parameters.
    fn list(&self) -> &[Param] {
        match (&self.encoded, self.params) {
            (Some(encoded), _) => encoded,
            (None, Params::Ready(ready)) => ready,
            (None, Params::Inferred(_)) => &[],
        }
    }

    /// Hands its rows on, and returns how many there were.
    pub(super) async fn query(&self, client: &Client, rows: &mut dyn Rows) -> Result<u64, Error> {
        let mut stream = pin!(self.stream(client).await?);
        rows.begin();
        let mut count = 0;
        while let Some(row) = stream.next().await {
            rows.take(row?);
            count += 1;
        }
        Ok(count)
    }

    pub(super) async fn execute(&self, client: &Client) -> Result<u64, Error> {
        match &self.prepared {
            Some(statement) => Box::pin(client.execute_raw(statement, self.list())).await,
            None => Box::pin(client.execute_typed(self.sql, &self.typed())).await,
        }
    }

    pub(super) async fn stream(&self, client: &Client) -> Result<RowStream, Error> {
        // The driver's futures have room for preparing a statement too. Within those around them they would make all of that
        // larger than what an allocator has at hand.
        match &self.prepared {
            Some(statement) => Box::pin(client.query_raw(statement, self.list())).await,
            None => Box::pin(client.query_typed_raw(self.sql, self.typed())).await,
        }
    }

    fn typed(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.list().iter().map(|param| (param as &(dyn ToSql + Sync), param.ty.clone())).collect()
    }
}
