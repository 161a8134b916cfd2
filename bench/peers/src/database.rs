use crate::Result;
use crate::db::{NewFlight, NewPlane, Plane, SCHEMA};
use crate::driver::Driver;
use crate::flights::Flights;
use crate::oliphaunt::Oliphaunt;
use crate::peer::Peer;
use crate::people::{self, Note, Person};
#[cfg(feature = "pglite")]
use crate::pglite::Pglite;
use crate::sql::Sql;
use crate::statement::{self, Statement};
use crate::typed::Typed;

/// Why pglite-rs is left out.
#[cfg(not(feature = "pglite"))]
const WITHOUT_PGLITE: &str = "the crate's build downloads its engine, so that it is built in only with \
     `--features pglite`, a network or `PGLITE_LIB_DIR`: see docs/PERFORMANCE.md";

/// How many flights are created at once.
const BATCH: usize = 10_000;

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

/// Asks the same of whoever it is.
macro_rules! ask {
    ($of:expr, $database:ident => $call:expr) => {
        match $of {
            Self::Typed($database) => $call.await,
            Self::Oliphaunt($database) => $call.await,
            #[cfg(feature = "pglite")]
            Self::Pglite($database) => $call.await,
            Self::Driver($database) => $call.await,
        }
    };
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
        for statement in SCHEMA.ddl.iter().chain(people::SCHEMA.ddl) {
            self.execute(statement).await?;
        }
        Ok(())
    }

    /// Makes the tables that are read.
    pub async fn fill(&self) -> Result<()> {
        self.execute(statement::FILL).await
    }

    /// Whether the tables are there already, as they are on a server that was used before.
    pub async fn has_tables(&mut self) -> Result<bool> {
        Ok(self.number(&statement::TABLES).await? > 0)
    }

    /// Takes all rows away.
    pub async fn empty(&self) -> Result<()> {
        self.execute(statement::EMPTY).await
    }

    /// Takes all flights away; their table has its indexes, or its key alone.
    pub async fn empty_flights(&self, indexes: bool) -> Result<()> {
        self.execute(statement::NO_FLIGHTS).await?;
        if !indexes {
            return self.execute(statement::NO_INDEXES).await;
        }
        for statement in SCHEMA.ddl.iter().filter(|statement| statement.starts_with("CREATE INDEX")) {
            self.execute(statement).await?;
        }
        Ok(())
    }

    /// Copies the flights.
    pub async fn copy(&self, flights: &Flights) -> Result<()> {
        ask!(self, database => database.copy(&flights.copy, &flights.data))
    }

    /// Writes the flights as an application does that has them: as typed rows, or else as COPY takes them.
    pub async fn create(&self, flights: &Flights, mut rows: Vec<NewFlight>) -> Result<()> {
        let Self::Typed(database) = self else { return self.copy(flights).await };
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(BATCH));
            database.create_flights(std::mem::replace(&mut rows, rest)).await?;
        }
        Ok(())
    }

    /// Whether [`Database::create`] takes typed rows.
    pub fn is_typed(&self) -> bool {
        matches!(self, Self::Typed(_))
    }

    /// Runs statements by the simple protocol.
    pub async fn execute(&self, sql: &str) -> Result<()> {
        ask!(self, database => database.execute(sql))
    }

    /// Asks the smallest question.
    pub async fn select_one(&mut self) -> Result<i32> {
        ask!(self, database => database.select_one())
    }

    /// Asks for a number.
    pub async fn number(&mut self, statement: &Statement) -> Result<i64> {
        ask!(self, database => database.number(statement))
    }

    /// Inserts a row and returns it.
    pub async fn insert(&mut self, plane: NewPlane) -> Result<Plane> {
        ask!(self, database => database.insert(plane))
    }

    /// Inserts rows and returns their number.
    pub async fn insert_many(&mut self, planes: Vec<NewPlane>) -> Result<u64> {
        ask!(self, database => database.insert_many(planes))
    }

    /// Reads the row with a key.
    pub async fn by_key(&mut self, key: &str) -> Result<Plane> {
        ask!(self, database => database.by_key(key))
    }

    /// Reads all rows.
    pub async fn all(&mut self) -> Result<Vec<Plane>> {
        ask!(self, database => database.all())
    }

    /// Reads 100 people, in order, from a key on.
    pub async fn hundred(&mut self, from: i64) -> Result<Vec<Person>> {
        ask!(self, database => database.hundred(from))
    }

    /// Changes one column of someone, and returns the row.
    pub async fn update(&mut self, id: i64, age: i32) -> Result<Person> {
        ask!(self, database => database.update(id, age))
    }

    /// Reads everyone with all that they wrote.
    pub async fn populate(&mut self) -> Result<Vec<(Person, Vec<Note>)>> {
        ask!(self, database => database.populate())
    }

    /// Closes it.
    pub async fn close(self) -> Result<()> {
        ask!(self, database => database.close())
    }
}
