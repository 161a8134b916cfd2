use tokio::sync::OnceCell;

use crate::Result;
use crate::db::{NewPlane, Plane, SCHEMA};
use crate::driver::Driver;
use crate::oliphaunt::Oliphaunt;
use crate::peer::Peer;
use crate::statement;
use crate::typed::Typed;

/// An open database of some peer.
pub enum Database {
    /// ominipg.
    Typed(Typed),
    /// oliphaunt-wasix.
    Oliphaunt(Oliphaunt),
    /// tokio-postgres.
    Driver(Driver),
}

impl Database {
    /// Opens a database and asks it the smallest question: a new database, or a connection to the peer's own.
    pub async fn open(peer: Peer) -> Result<Self> {
        let mut opened = match peer {
            Peer::Embedded => Self::Typed(Typed::open(":memory:").await?),
            Peer::Oliphaunt => Self::Oliphaunt(Oliphaunt::open().await?),
            Peer::Driver => Self::Driver(Driver::open(driver_url().await).await?),
            Peer::Direct => Self::Typed(Typed::open(direct_url().await).await?),
        };
        match opened.select_one().await? {
            1 => Ok(opened),
            other => Err(format!("{} says that 1 is {other}", peer.title()).into()),
        }
    }

    /// Makes the tables.
    pub async fn create_tables(&self) -> Result<()> {
        for statement in SCHEMA.ddl {
            self.execute(statement).await?;
        }
        Ok(())
    }

    /// Takes all rows away.
    pub async fn empty(&self) -> Result<()> {
        self.execute(statement::EMPTY).await
    }

    async fn execute(&self, sql: &str) -> Result<()> {
        match self {
            Self::Typed(database) => database.execute(sql).await,
            Self::Oliphaunt(database) => database.execute(sql).await,
            Self::Driver(database) => database.execute(sql).await,
        }
    }

    /// Asks the smallest question.
    pub async fn select_one(&mut self) -> Result<i32> {
        match self {
            Self::Typed(database) => database.select_one().await,
            Self::Oliphaunt(database) => database.select_one().await,
            Self::Driver(database) => database.select_one().await,
        }
    }

    /// Inserts a row and returns it.
    pub async fn insert(&mut self, plane: NewPlane) -> Result<Plane> {
        match self {
            Self::Typed(database) => database.insert(plane).await,
            Self::Oliphaunt(database) => database.insert(plane).await,
            Self::Driver(database) => database.insert(plane).await,
        }
    }

    /// Inserts rows and returns their number.
    pub async fn insert_many(&mut self, planes: Vec<NewPlane>) -> Result<u64> {
        match self {
            Self::Typed(database) => database.insert_many(planes).await,
            Self::Oliphaunt(database) => database.insert_many(planes).await,
            Self::Driver(database) => database.insert_many(planes).await,
        }
    }

    /// Reads the row with a key.
    pub async fn by_key(&mut self, key: &str) -> Result<Plane> {
        match self {
            Self::Typed(database) => database.by_key(key).await,
            Self::Oliphaunt(database) => database.by_key(key).await,
            Self::Driver(database) => database.by_key(key).await,
        }
    }

    /// Reads all rows.
    pub async fn all(&mut self) -> Result<Vec<Plane>> {
        match self {
            Self::Typed(database) => database.all().await,
            Self::Oliphaunt(database) => database.all().await,
            Self::Driver(database) => database.all().await,
        }
    }

    /// Closes it.
    pub async fn close(self) -> Result<()> {
        match self {
            Self::Typed(database) => database.close().await,
            Self::Oliphaunt(database) => database.close().await,
            Self::Driver(database) => database.close().await,
        }
    }
}

/// The server's database that the driver works on.
async fn driver_url() -> &'static str {
    static URL: OnceCell<String> = OnceCell::const_new();
    URL.get_or_init(ominipg_test_support::database).await
}

/// The server's database that direct mode works on.
async fn direct_url() -> &'static str {
    static URL: OnceCell<String> = OnceCell::const_new();
    URL.get_or_init(ominipg_test_support::database).await
}
