use std::time::{Duration, Instant};

use crate::Result;
use crate::database::Database;
use crate::flights::Flights;
use crate::peer::Peer;
use crate::plane::{key, plane};
use crate::rounds;
use crate::statement;

/// The rows that are written and read at once.
pub const ROWS: usize = 10_000;

/// What is timed, in the order in which it runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A database, or a connection, until its first answer.
    Open,
    /// A process, until it has opened one.
    Fresh,
    /// `SELECT 1` by the simple protocol.
    Simple,
    /// The same, prepared.
    SelectOne,
    /// The same from a caller that rested, so that whoever answers sleeps too.
    Rested,
    /// One statement with many rows, into an empty table.
    InsertMany,
    /// All rows.
    All,
    /// A row by its key.
    ByKey,
    /// A row, in a transaction of its own.
    Insert,
    /// Sums over 200,000 rows.
    Aggregate,
    /// 200,000 rows and as many.
    Join,
    /// The flights, into an empty table with its key and indexes.
    Copy,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Open,
        Self::Fresh,
        Self::Simple,
        Self::SelectOne,
        Self::Rested,
        Self::InsertMany,
        Self::All,
        Self::ByKey,
        Self::Insert,
        Self::Aggregate,
        Self::Join,
        Self::Copy,
    ];

    /// The name by which a child is asked for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Fresh => "fresh",
            Self::Simple => "simple",
            Self::SelectOne => "select-one",
            Self::Rested => "rested",
            Self::InsertMany => "insert-many",
            Self::All => "all",
            Self::ByKey => "by-key",
            Self::Insert => "insert",
            Self::Aggregate => "aggregate",
            Self::Join => "join",
            Self::Copy => "copy",
        }
    }

    /// The operation of that name.
    pub fn named(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|operation| operation.name() == name);
        found.ok_or_else(|| format!("there is no operation {name}").into())
    }

    /// The heading of its row.
    pub fn title(self) -> &'static str {
        match self {
            Self::Open => "open, to the first answer",
            Self::Fresh => "a fresh process, to the first answer",
            Self::Simple => "`SELECT 1`, simple protocol",
            Self::SelectOne => "`SELECT 1`, prepared",
            Self::Rested => "`SELECT 1`, prepared, after 2 ms of rest",
            Self::InsertMany => "insert 10,000 rows",
            Self::All => "read 10,000 rows",
            Self::ByKey => "select a row by key",
            Self::Insert => "insert a row, autocommit",
            Self::Aggregate => "aggregate of 200,000 rows",
            Self::Join => "join of 200,000 rows",
            Self::Copy => "COPY of flights",
        }
    }

    /// What the first peer is to reach.
    pub fn goal(self) -> Option<Duration> {
        match self {
            Self::Open => Some(Duration::from_millis(2)),
            Self::Simple | Self::SelectOne | Self::Insert => Some(Duration::from_micros(15)),
            Self::ByKey => Some(Duration::from_micros(12)),
            _ => None,
        }
    }

    /// How often it is called in a round.
    pub fn calls(self, quick: bool) -> usize {
        match (self, quick) {
            (Self::Simple | Self::SelectOne | Self::Rested | Self::ByKey | Self::Insert, true) => 100,
            (_, true) => 1,
            (Self::Rested, false) => 300,
            (Self::Open | Self::Fresh | Self::Aggregate | Self::Join, false) => 3,
            (Self::Copy, false) => 1,
            (Self::InsertMany | Self::All, false) => 5,
            (Self::Simple | Self::SelectOne | Self::ByKey, false) => 3_000,
            (Self::Insert, false) => 2_000,
        }
    }

    /// The median time of a call.
    pub async fn time(
        self,
        peer: Peer,
        place: &str,
        database: &mut Database,
        flights: &Flights,
        calls: usize,
    ) -> Result<Duration> {
        let mut times = Vec::with_capacity(calls);
        for call in 0..calls {
            times.push(self.once(peer, place, database, flights, call).await?);
        }
        Ok(median(times))
    }

    async fn once(
        self,
        peer: Peer,
        place: &str,
        database: &mut Database,
        flights: &Flights,
        call: usize,
    ) -> Result<Duration> {
        let (time, right) = match self {
            // Its parent starts the processes.
            Self::Fresh => return Err("a process cannot be started anew in itself".into()),
            Self::Open => {
                let another = rounds::again(peer, place);
                let start = Instant::now();
                let opened = Database::open(peer, &another).await?;
                let time = start.elapsed();
                opened.close().await?;
                (time, true)
            }
            Self::Simple => {
                let start = Instant::now();
                database.execute(statement::SELECT_ONE.sql).await?;
                (start.elapsed(), true)
            }
            Self::SelectOne | Self::Rested => {
                if matches!(self, Self::Rested) {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                let start = Instant::now();
                let one = database.select_one().await?;
                (start.elapsed(), one == 1)
            }
            Self::InsertMany => {
                database.empty().await?;
                let planes = (0..ROWS).map(plane).collect();
                let start = Instant::now();
                let inserted = database.insert_many(planes).await?;
                (start.elapsed(), inserted == ROWS as u64)
            }
            Self::All => {
                let start = Instant::now();
                let planes = database.all().await?;
                (start.elapsed(), planes.len() == ROWS)
            }
            Self::ByKey => {
                // A prime apart, so that neighbours in time are not neighbours in the table.
                let key = key(call * 7_919 % ROWS);
                let start = Instant::now();
                let plane = database.by_key(&key).await?;
                (start.elapsed(), plane.tailnum == key)
            }
            Self::Insert => {
                let plane = plane(ROWS + call);
                let start = Instant::now();
                let inserted = database.insert(plane).await?;
                (start.elapsed(), inserted.tailnum == key(ROWS + call))
            }
            Self::Aggregate | Self::Join => {
                let (statement, wanted) = match self {
                    Self::Join => (&statement::JOIN, statement::JOINED),
                    _ => (&statement::AGGREGATE, statement::AGGREGATED),
                };
                let start = Instant::now();
                let number = database.number(statement).await?;
                (start.elapsed(), number == wanted)
            }
            Self::Copy => {
                database.empty_flights().await?;
                let start = Instant::now();
                database.copy(flights).await?;
                let time = start.elapsed();
                (time, database.number(&statement::FLIGHTS).await? == flights.rows as i64)
            }
        };
        if right {
            Ok(time)
        } else {
            Err(format!("{}: wrong answer to {}", peer.title(), self.title()).into())
        }
    }
}

/// The one in the middle.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
