//! The bare driver: tokio-postgres, with statements prepared once.

use bytes::Bytes;
use futures_util::SinkExt;
use tokio::task::JoinHandle;
use tokio_postgres::types::FromSql;
use tokio_postgres::{Client, NoTls, Row, Statement as Prepared};

use crate::Result;
use crate::db::NewPlane;
use crate::plane::{Columns, Param};
use crate::sql::{Decode, Fields, Sql};
use crate::statement::{self, Statement};

/// How much a COPY sends at once.
pub const CHUNK: usize = 64 * 1024;

/// An open connection.
pub struct Driver {
    client: Client,
    connection: JoinHandle<std::result::Result<(), tokio_postgres::Error>>,
    prepared: Vec<(&'static str, Prepared)>,
}

impl Driver {
    pub async fn open(url: &str) -> Result<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        Ok(Self { client, connection: tokio::spawn(connection), prepared: Vec::new() })
    }

    pub async fn execute(&self, sql: &str) -> Result<()> {
        Ok(self.client.batch_execute(sql).await?)
    }

    pub async fn copy(&self, sql: &str, data: &[u8]) -> Result<()> {
        let mut sink = Box::pin(self.client.copy_in(sql).await?);
        for chunk in data.chunks(CHUNK) {
            sink.send(Bytes::copy_from_slice(chunk)).await?;
        }
        sink.as_mut().finish().await?;
        Ok(())
    }

    pub async fn close(self) -> Result<()> {
        drop(self.client);
        Ok(self.connection.await??)
    }

    async fn prepare(&mut self, statement: &Statement) -> Result<Prepared> {
        if let Some((_, prepared)) = self.prepared.iter().find(|(name, _)| *name == statement.name) {
            return Ok(prepared.clone());
        }
        let prepared = self.client.prepare_typed(statement.sql, statement.params).await?;
        self.prepared.push((statement.name, prepared.clone()));
        Ok(prepared)
    }
}

impl Sql for Driver {
    async fn rows<T: Decode>(&mut self, statement: &Statement, params: &[Param<'_>]) -> Result<Vec<T>> {
        let statement = self.prepare(statement).await?;
        self.client.query(&statement, params).await?.iter().map(T::decode).collect()
    }

    async fn insert_many(&mut self, planes: Vec<NewPlane>) -> Result<u64> {
        let statement = self.prepare(&statement::INSERT_MANY).await?;
        Ok(self.client.execute(&statement, &Columns::of(&planes).params()).await?)
    }
}

impl Fields for Row {
    fn get<'a, T: FromSql<'a>>(&'a self, column: usize) -> Result<T> {
        Ok(self.try_get(column)?)
    }
}
