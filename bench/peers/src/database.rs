use crate::Result;
use crate::db::{NewPlane, Plane, SCHEMA};
use crate::driver::Driver;
use crate::flights::Flights;
use crate::oliphaunt::Oliphaunt;
use crate::peer::Peer;
#[cfg(feature = "pglite")]
use crate::pglite::Pglite;
use crate::statement::{self, Statement};
use crate::typed::Typed;

/// Why pglite-rs is left out.
#[cfg(not(feature = "pglite"))]
const WITHOUT_PGLITE: &str = "the crate's build downloads its engine, so that it is built in only with \
     `--features pglite`, a network or `PGLITE_LIB_DIR`: see docs/PERFORMANCE.md";

/// An open database of some peer.
pub enum Database {
    /// ominipg.
    Typed(Typed),
    /// oliphaunt-wasix.
    Oliphaunt(Oliphaunt),
    /// pglite-rs.
    #[cfg(feature = "pglite")]
    Pglite(Pglite),
    /// tokio-postgres.
    Driver(Driver),
}

impl Database {
    /// Opens a database and asks it the smallest question; `place` is where it is, as the peer wants to know it.
    pub async fn open(peer: Peer, place: &str) -> Result<Self> {
        let mut opened = match peer {
            Peer::Memory | Peer::Folder | Peer::Direct => Self::Typed(Typed::open(place).await?),
            Peer::Oliphaunt => Self::Oliphaunt(Oliphaunt::open().await?),
            #[cfg(feature = "pglite")]
            Peer::Pglite => Self::Pglite(Pglite::open().await?),
            #[cfg(not(feature = "pglite"))]
            Peer::Pglite => return Err(WITHOUT_PGLITE.into()),
            Peer::Socket | Peer::Driver => Self::Driver(Driver::open(place).await?),
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

    /// Whether the tables are there already, as they are on a server that was used before.
    pub async fn has_tables(&mut self) -> Result<bool> {
        Ok(self.number(&statement::TABLES).await? > 0)
    }

    /// Takes all rows away.
    pub async fn empty(&self) -> Result<()> {
        self.execute(statement::EMPTY).await
    }

    /// Makes the table of 200,000 rows.
    pub async fn fill(&self) -> Result<()> {
        self.execute(statement::MEASURED).await
    }

    /// Takes all flights away.
    pub async fn empty_flights(&self) -> Result<()> {
        self.execute(statement::NO_FLIGHTS).await
    }

    /// Runs statements by the simple protocol.
    pub async fn execute(&self, sql: &str) -> Result<()> {
        match self {
            Self::Typed(database) => database.execute(sql).await,
            Self::Oliphaunt(database) => database.execute(sql).await,
            #[cfg(feature = "pglite")]
            Self::Pglite(database) => database.execute(sql).await,
            Self::Driver(database) => database.execute(sql).await,
        }
    }

    /// Asks the smallest question.
    pub async fn select_one(&mut self) -> Result<i32> {
        match self {
            Self::Typed(database) => database.select_one().await,
            Self::Oliphaunt(database) => database.select_one().await,
            #[cfg(feature = "pglite")]
            Self::Pglite(database) => database.select_one().await,
            Self::Driver(database) => database.select_one().await,
        }
    }

    /// Asks for a number.
    pub async fn number(&mut self, statement: &Statement) -> Result<i64> {
        match self {
            Self::Typed(database) => database.number(statement).await,
            Self::Oliphaunt(database) => database.number(statement).await,
            #[cfg(feature = "pglite")]
            Self::Pglite(database) => database.number(statement).await,
            Self::Driver(database) => database.number(statement).await,
        }
    }

    /// Copies the flights.
    pub async fn copy(&self, flights: &Flights) -> Result<()> {
        match self {
            Self::Typed(database) => database.copy(&flights.copy, &flights.data).await,
            Self::Oliphaunt(database) => database.copy(&flights.copy, &flights.data).await,
            #[cfg(feature = "pglite")]
            Self::Pglite(database) => database.copy(&flights.copy, &flights.data).await,
            Self::Driver(database) => database.copy(&flights.copy, &flights.data).await,
        }
    }

    /// Inserts a row and returns it.
    pub async fn insert(&mut self, plane: NewPlane) -> Result<Plane> {
        match self {
            Self::Typed(database) => database.insert(plane).await,
            Self::Oliphaunt(database) => database.insert(plane).await,
            #[cfg(feature = "pglite")]
            Self::Pglite(database) => database.insert(plane).await,
            Self::Driver(database) => database.insert(plane).await,
        }
    }

    /// Inserts rows and returns their number.
    pub async fn insert_many(&mut self, planes: Vec<NewPlane>) -> Result<u64> {
        match self {
            Self::Typed(database) => database.insert_many(planes).await,
            Self::Oliphaunt(database) => database.insert_many(planes).await,
            #[cfg(feature = "pglite")]
            Self::Pglite(database) => database.insert_many(planes).await,
            Self::Driver(database) => database.insert_many(planes).await,
        }
    }

    /// Reads the row with a key.
    pub async fn by_key(&mut self, key: &str) -> Result<Plane> {
        match self {
            Self::Typed(database) => database.by_key(key).await,
            Self::Oliphaunt(database) => database.by_key(key).await,
            #[cfg(feature = "pglite")]
            Self::Pglite(database) => database.by_key(key).await,
            Self::Driver(database) => database.by_key(key).await,
        }
    }

    /// Reads all rows.
    pub async fn all(&mut self) -> Result<Vec<Plane>> {
        match self {
            Self::Typed(database) => database.all().await,
            Self::Oliphaunt(database) => database.all().await,
            #[cfg(feature = "pglite")]
            Self::Pglite(database) => database.all().await,
            Self::Driver(database) => database.all().await,
        }
    }

    /// Closes it.
    pub async fn close(self) -> Result<()> {
        match self {
            Self::Typed(database) => database.close().await,
            Self::Oliphaunt(database) => database.close().await,
            #[cfg(feature = "pglite")]
            Self::Pglite(database) => database.close().await,
            Self::Driver(database) => database.close().await,
        }
    }
}
