//! pglite-rs, through its own calls. It prepares no statements: each is parsed, described and executed anew.

use pglite::{PGlite, PGliteOptions, Row};
use tokio_postgres::types::FromSql;

use crate::Result;
use crate::db::{NewPlane, Plane};
use crate::plane::{Columns, Fields, Param, decode, params};
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

    pub async fn select_one(&self) -> Result<i32> {
        Fields::get(&self.one(&statement::SELECT_ONE, &[]).await?, 0)
    }

    pub async fn number(&self, statement: &Statement) -> Result<i64> {
        Fields::get(&self.one(statement, &[]).await?, 0)
    }

    pub async fn insert(&self, plane: NewPlane) -> Result<Plane> {
        decode(&self.one(&statement::INSERT, &params(&plane)).await?)
    }

    /// Its calls do not tell how many rows a statement changed, so that this counts on it.
    pub async fn insert_many(&self, planes: Vec<NewPlane>) -> Result<u64> {
        self.0.query(statement::INSERT_MANY.sql, &Columns::of(&planes).params()).await?;
        Ok(planes.len() as u64)
    }

    pub async fn by_key(&self, key: &str) -> Result<Plane> {
        decode(&self.one(&statement::BY_KEY, &[&key]).await?)
    }

    pub async fn all(&self) -> Result<Vec<Plane>> {
        self.0.query(statement::ALL.sql, &[]).await?.iter().map(decode).collect()
    }

    pub async fn copy(&self, sql: &str, data: &[u8]) -> Result<()> {
        Ok(self.0.copy_in(sql, data).await?)
    }

    pub async fn close(self) -> Result<()> {
        Ok(self.0.close().await?)
    }

    async fn one(&self, statement: &Statement, params: &[Param<'_>]) -> Result<Row> {
        let mut rows = self.0.query(statement.sql, params).await?;
        match (rows.pop(), rows.is_empty()) {
            (Some(row), true) => Ok(row),
            _ => Err(format!("{} does not give one row", statement.name).into()),
        }
    }
}

impl Fields for Row {
    fn get<'a, T: FromSql<'a>>(&'a self, column: usize) -> Result<T> {
        Ok(Row::get(self, column)?)
    }
}
