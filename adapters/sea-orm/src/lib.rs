//! SeaORM on an ominipg database: embedded, or a server.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use sea_orm::{ConnectionTrait, Statement};
//!
//! let db = ominipg::Ominipg::connect("file://./data").await?;
//! let orm = ominipg_sea_orm::connect(&db).await?;
//! orm.execute_unprepared("CREATE TABLE notes (id int4 PRIMARY KEY, title text NOT NULL)").await?;
//! # Ok(())
//! # }
//! ```
//!
//! It uses SeaORM's proxy interface, which is one session: while a transaction of SeaORM is open, all that is asked through the
//! same connection, or a clone of it, belongs to that transaction. [`connect`] once for each task that has transactions of its
//! own. SeaORM reads a column whose type is not that of the entity's field as NULL.

mod params;
mod proxy;
mod row;

use std::sync::Arc;

use ominipg::Ominipg;
use sea_orm::{Database, DatabaseConnection, DbBackend, DbErr};

pub use self::proxy::Proxy;

/// A connection for SeaORM; [`Proxy`] has the choices that there are.
///
/// # Errors
///
/// None today: nothing is sent before the first statement.
pub async fn connect(db: &Ominipg) -> Result<DatabaseConnection, DbErr> {
    Proxy::new(db).connect().await
}

impl Proxy {
    /// A connection for SeaORM.
    ///
    /// # Errors
    ///
    /// None today: nothing is sent before the first statement.
    pub async fn connect(self) -> Result<DatabaseConnection, DbErr> {
        Database::connect_proxy(DbBackend::Postgres, Arc::new(Box::new(self))).await
    }
}
