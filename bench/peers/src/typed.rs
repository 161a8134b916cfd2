//! ominipg, through its typed API.

use bytes::Bytes;
use ominipg::{ConnectOptions, Ominipg};

use crate::Result;
use crate::db::{self, NewFlight, NewPlane, Plane, flights, planes};
use crate::driver::CHUNK;
use crate::people::{self, Note, Person, PersonPatch};
use crate::statement::{self, Statement};

/// An open database.
pub struct Typed {
    db: Ominipg,
}

impl Typed {
    pub async fn open(url: &str) -> Result<Self> {
        let db = Ominipg::connect(ConnectOptions::new(url).schema(&db::SCHEMA)).await?;
        Ok(Self { db })
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

    pub async fn hundred(&self, from: i64) -> Result<Vec<Person>> {
        let id = people::people::id;
        let found = people::people::find().filter(id().gte(from)).order_by(id().asc()).limit(100);
        Ok(found.all(&self.db).await?)
    }

    pub async fn update(&self, id: i64, age: i32) -> Result<Person> {
        let changed = people::people::by_key(id).update(PersonPatch::new().age(age));
        Ok(changed.run(&self.db).await?)
    }

    pub async fn populate(&self) -> Result<Vec<(Person, Vec<Note>)>> {
        Ok(people::people::find().with(people::people::notes()).all(&self.db).await?)
    }

    pub async fn create_flights(&self, flights: Vec<NewFlight>) -> Result<u64> {
        Ok(flights::create_many(flights).execute(&self.db).await?)
    }

    pub async fn number(&self, statement: &Statement) -> Result<i64> {
        Ok(self.db.query_one(statement.sql, &[]).await?.try_get(0)?)
    }

    pub async fn copy(&self, sql: &str, data: &[u8]) -> Result<()> {
        let mut copy = self.db.copy_in(sql).await?;
        for chunk in data.chunks(CHUNK) {
            copy.send(Bytes::copy_from_slice(chunk)).await?;
        }
        copy.finish().await?;
        Ok(())
    }

    pub async fn close(self) -> Result<()> {
        Ok(self.db.close().await?)
    }
}
