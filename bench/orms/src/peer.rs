use std::future::Future;

use crate::Result;
use crate::db::NewPerson;

/// A client of the server, which decodes every row into a type of its own and sees that it is the right one.
pub trait Peer: Send {
    /// Reads someone by the key.
    fn by_key(&mut self, id: i64) -> impl Future<Output = Result<()>> + Send;

    /// Reads 100 people, in order, from a key on.
    fn hundred(&mut self, from: i64) -> impl Future<Output = Result<()>> + Send;

    /// Writes someone, in a transaction of its own, and reads the row back.
    fn insert(&mut self, new: NewPerson) -> impl Future<Output = Result<()>> + Send;

    /// Writes many people at once.
    fn insert_many(&mut self, new: Vec<NewPerson>) -> impl Future<Output = Result<()>> + Send;

    /// Changes one column of a row by its key, and reads the row back.
    fn update(&mut self, id: i64, age: i32) -> impl Future<Output = Result<()>> + Send;

    /// Reads everyone with all that they wrote.
    fn populate(&mut self) -> impl Future<Output = Result<()>> + Send;
}

impl Peer for crate::bare::Bare {
    async fn by_key(&mut self, id: i64) -> Result<()> {
        crate::bare::Bare::by_key(self, id).await
    }

    async fn hundred(&mut self, from: i64) -> Result<()> {
        crate::bare::Bare::hundred(self, from).await
    }

    async fn insert(&mut self, new: NewPerson) -> Result<()> {
        crate::bare::Bare::insert(self, new).await
    }

    async fn insert_many(&mut self, new: Vec<NewPerson>) -> Result<()> {
        crate::bare::Bare::insert_many(self, new).await
    }

    async fn update(&mut self, id: i64, age: i32) -> Result<()> {
        crate::bare::Bare::update(self, id, age).await
    }

    async fn populate(&mut self) -> Result<()> {
        crate::bare::Bare::populate(self).await
    }
}
