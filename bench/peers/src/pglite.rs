//! pglite-rs, through its own calls. It prepares no statements: each is parsed, described and executed anew.

use pglite::{PGlite, PGliteOptions, Row};
use tokio_postgres::types::FromSql;

use crate::Result;
use crate::db::NewPlane;
use crate::plane::{Columns, Param};
use crate::sql::{Decode, Fields, Sql};
use crate::statement::{self, Statement};

/// An open database, the only one that its process can ever open.
pub struct Pglite(PGlite);

impl Pglite {
    /// Opens a new database in a temporary folder, as durable as one in memory.
    pub async fn open() -> Result<Self> {
        let options = PGliteOptions { relaxed_durability: true, ..PGliteOptions::default() };
        Ok(Self(PGlite::open_temp_with(options).await?))
    }

    pub async fn execute(&self, sql: &str) -> Result<()> {
        Ok(self.0.exec(sql).await?)
    }

    pub async fn copy(&self, sql: &str, data: &[u8]) -> Result<()> {
        Ok(self.0.copy_in(sql, data).await?)
    }

    pub async fn close(self) -> Result<()> {
        Ok(self.0.close().await?)
    }
}

impl Sql for Pglite {
    async fn rows<T: Decode>(&mut self, statement: &Statement, params: &[Param<'_>]) -> Result<Vec<T>> {
        self.0.query(statement.sql, params).await?.iter().map(T::decode).collect()
    }

    /// Its calls do not tell how many rows a statement changed, so that this counts on it.
    async fn insert_many(&mut self, planes: Vec<NewPlane>) -> Result<u64> {
        self.0.query(statement::INSERT_MANY.sql, &Columns::of(&planes).params()).await?;
        Ok(planes.len() as u64)
    }
}

impl Fields for Row {
    fn get<'a, T: FromSql<'a>>(&'a self, column: usize) -> Result<T> {
        Ok(Row::get(self, column)?)
    }
}
