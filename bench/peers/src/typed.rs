//! ominipg, through its typed API.

use std::path::PathBuf;

use ominipg::{ConnectOptions, Mode, Ominipg, Server};

use crate::Result;
use crate::db::{self, NewPlane, Plane, planes};
use crate::driver::Driver;
use crate::statement::{self, Statement};

/// An open database.
pub struct Typed {
    db: Ominipg,
    url: String,
    /// What COPY goes through: it has no typed call.
    copier: Option<Copier>,
}

/// A connection of the bare driver, and the socket that it takes to an embedded database.
struct Copier {
    driver: Driver,
    server: Option<(Server, PathBuf)>,
}

impl Typed {
    pub async fn open(url: &str) -> Result<Self> {
        let db = Ominipg::connect(ConnectOptions::new(url).schema(&db::SCHEMA)).await?;
        Ok(Self { db, url: url.to_owned(), copier: None })
    }

    pub async fn execute(&self, sql: &str) -> Result<()> {
        Ok(self.db.batch_execute(sql).await?)
    }

    pub async fn select_one(&self) -> Result<i32> {
        Ok(self.db.query_one(statement::SELECT_ONE.sql, &[]).await?.try_get(0)?)
    }

    pub async fn insert(&self, plane: NewPlane) -> Result<Plane> {
        Ok(planes::create(plane).run(&self.db).await?)
    }

    pub async fn insert_many(&self, planes: Vec<NewPlane>) -> Result<u64> {
        Ok(planes::create_many(planes).execute(&self.db).await?)
    }

    pub async fn by_key(&self, key: &str) -> Result<Plane> {
        Ok(planes::by_key(key).one(&self.db).await?)
    }

    pub async fn all(&self) -> Result<Vec<Plane>> {
        Ok(planes::find().all(&self.db).await?)
    }

    pub async fn number(&self, statement: &Statement) -> Result<i64> {
        Ok(self.db.query_one(statement.sql, &[]).await?.try_get(0)?)
    }

    /// Makes the connection that [`copy`](Self::copy) uses.
    pub async fn get_ready_to_copy(&mut self) -> Result<()> {
        let copier = if self.db.mode() == Mode::Direct {
            Copier { driver: Driver::open(&self.url).await?, server: None }
        } else {
            let folder = std::env::temp_dir().join(format!("ominipg-peers-{}", std::process::id()));
            std::fs::create_dir_all(&folder)?;
            let server = self.db.serve_unix(folder.join(".s.PGSQL.5432")).await?;
            Copier { driver: Driver::open(&server.url()).await?, server: Some((server, folder)) }
        };
        self.copier = Some(copier);
        Ok(())
    }

    pub async fn copy(&self, sql: &str, data: &[u8]) -> Result<()> {
        let copier = self.copier.as_ref().ok_or("there is no connection to copy through")?;
        copier.driver.copy(sql, data).await
    }

    pub async fn close(self) -> Result<()> {
        if let Some(Copier { driver, server }) = self.copier {
            driver.close().await?;
            if let Some((server, folder)) = server {
                server.close().await;
                std::fs::remove_dir_all(folder)?;
            }
        }
        Ok(self.db.close().await?)
    }
}
