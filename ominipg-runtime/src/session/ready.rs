use std::pin::pin;

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, RowStream, Statement};
use tokio_stream::StreamExt;

use super::rows::Rows;
use crate::param::{Param, Params};

/// A statement that can be sent: prepared on its connection, or as its text with the types of its parameters.
pub(super) struct Ready<'a> {
    sql: &'a str,
    prepared: Option<Statement>,
    /// The parameters, where they had to wait for their types.
    encoded: Option<Vec<Param>>,
    params: Params<'a>,
}

impl<'a> Ready<'a> {
    pub(super) fn new(
        sql: &'a str,
        prepared: Option<Statement>,
        encoded: Option<Vec<Param>>,
        params: Params<'a>,
    ) -> Self {
        Self { sql, prepared, encoded, params }
    }

    /// Its parameters.
    pub(super) fn list(&self) -> &[Param] {
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
            Some(statement) => client.execute_raw(statement, self.list()).await,
            None => client.execute_typed(self.sql, &self.typed()).await,
        }
    }

    pub(super) async fn stream(&self, client: &Client) -> Result<RowStream, Error> {
        match &self.prepared {
            Some(statement) => client.query_raw(statement, self.list()).await,
            None => client.query_typed_raw(self.sql, self.typed()).await,
        }
    }

    fn typed(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.list().iter().map(|param| (param as &(dyn ToSql + Sync), param.ty.clone())).collect()
    }
}
