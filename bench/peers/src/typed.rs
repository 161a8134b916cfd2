//! ominipg, through its typed API.

use ominipg::{ConnectOptions, Ominipg};

use crate::Result;
use crate::db::{self, NewPlane, Plane, planes};
use crate::statement;

/// An open database.
pub struct Typed(Ominipg);

impl Typed {
    pub async fn open(url: &str) -> Result<Self> {
        Ok(Self(Ominipg::connect(ConnectOptions::new(url).schema(&db::SCHEMA)).await?))
    }

    pub async fn execute(&self, sql: &str) -> Result<()> {
        Ok(self.0.batch_execute(sql).await?)
    }

    pub async fn select_one(&self) -> Result<i32> {
        Ok(self.0.query_one(statement::SELECT_ONE.sql, &[]).await?.try_get(0)?)
    }

    pub async fn insert(&self, plane: NewPlane) -> Result<Plane> {
        Ok(planes::create(plane).run(&self.0).await?)
    }

    pub async fn insert_many(&self, planes: Vec<NewPlane>) -> Result<u64> {
        Ok(planes::create_many(planes).execute(&self.0).await?)
    }

    pub async fn by_key(&self, key: &str) -> Result<Plane> {
        Ok(planes::by_key(key).one(&self.0).await?)
    }

    pub async fn all(&self) -> Result<Vec<Plane>> {
        Ok(planes::find().all(&self.0).await?)
    }

    pub async fn close(self) -> Result<()> {
        Ok(self.0.close().await?)
    }
}
