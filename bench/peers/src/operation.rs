use std::time::{Duration, Instant};

use crate::Result;
use crate::database::Database;
use crate::flights::Flights;
use crate::peer::Peer;
use crate::person::{NOTES, PEOPLE, id};
use crate::plane::{key, plane};
use crate::rounds;
use crate::statement;

/// The rows that are written and read at once.
pub const ROWS: usize = 10_000;

/// How many flights a second the first peer is to create.
const CREATED: f64 = 150_000.0;

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
    /// A hundred rows, in order.
    Hundred,
    /// A change of a row, by its key, in a transaction of its own.
    Update,
    /// 1,000 rows, each with ten of another table.
    Populate,
    /// Sums over 200,000 rows.
    Aggregate,
    /// 200,000 rows and as many.
    Join,
    /// The flights, into an empty table with its key and indexes.
    Copy,
    /// The flights, into an empty table with its key alone: typed rows where there are such.
    Create,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Open,
        Self::Fresh,
        Self::Simple,
        Self::SelectOne,
        Self::Rested,
        Self::InsertMany,
        Self::All,
        Self::ByKey,
        Self::Insert,
        Self::Hundred,
        Self::Update,
        Self::Populate,
        Self::Aggregate,
        Self::Join,
        Self::Copy,
        Self::Create,
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
            Self::Hundred => "hundred",
            Self::Update => "update",
            Self::Populate => "populate",
            Self::Aggregate => "aggregate",
            Self::Join => "join",
            Self::Copy => "copy",
            Self::Create => "create",
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
            Self::Hundred => "select 100 rows of four columns",
            Self::Update => "update a row by key, autocommit",
            Self::Populate => "populate 1,000 × 10",
            Self::Aggregate => "aggregate of 200,000 rows",
            Self::Join => "join of 200,000 rows",
            Self::Copy => "COPY of flights, key and two indexes",
            Self::Create => "flights by `create_many`, or by COPY; the key alone",
        }
    }

    /// How many rows it moves, where that is what matters.
    pub fn rows(self, flights: usize) -> Option<usize> {
        match self {
            Self::InsertMany | Self::All => Some(ROWS),
            Self::Copy | Self::Create => Some(flights),
            _ => None,
        }
    }

    /// What the first peer is to reach.
    pub fn goal(self, flights: usize) -> Option<Duration> {
        match self {
            Self::Open => Some(Duration::from_millis(2)),
            Self::Simple | Self::SelectOne | Self::Insert => Some(Duration::from_micros(15)),
            Self::ByKey => Some(Duration::from_micros(12)),
            Self::Create => Some(Duration::from_secs_f64(flights as f64 / CREATED)),
            _ => None,
        }
    }

    /// How often it is called in a round.
    pub fn calls(self, quick: bool) -> usize {
        match (self, quick) {
            (Self::Simple | Self::SelectOne | Self::Rested | Self::ByKey, true) => 100,
            (Self::Insert | Self::Hundred | Self::Update, true) => 100,
            (_, true) => 1,
            (Self::Rested, false) => 300,
            (Self::Open | Self::Fresh | Self::Aggregate | Self::Join, false) => 3,
            (Self::Copy | Self::Create, false) => 1,
            (Self::InsertMany | Self::All | Self::Populate, false) => 5,
            (Self::Hundred, false) => 1_000,
            (Self::Simple | Self::SelectOne | Self::ByKey, false) => 3_000,
            (Self::Insert | Self::Update, false) => 2_000,
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
            Self::Hundred => {
                let from = id(call) % (PEOPLE - 100);
                let start = Instant::now();
                let people = database.hundred(from).await?;
                (start.elapsed(), people.len() == 100 && people[0].id == from)
            }
            Self::Update => {
                let (id, age) = (id(call), (call % 90) as i32);
                let start = Instant::now();
                let person = database.update(id, age).await?;
                (start.elapsed(), person.id == id && person.age == age)
            }
            Self::Populate => {
                let start = Instant::now();
                let people = database.populate().await?;
                let time = start.elapsed();
                let all = people.iter().all(|(_, notes)| notes.len() as i64 == NOTES);
                (time, all && people.len() as i64 == PEOPLE)
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
            Self::Copy | Self::Create => {
                let indexes = matches!(self, Self::Copy);
                database.empty_flights(indexes).await?;
                let rows = if !indexes && database.is_typed() { flights.typed()? } else { Vec::new() };
                let start = Instant::now();
                if indexes {
                    database.copy(flights).await?;
                } else {
                    database.create(flights, rows).await?;
                }
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
