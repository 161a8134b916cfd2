use std::time::{Duration, Instant};

use crate::Result;
use crate::database::Database;
use crate::options::Options;
use crate::peer::Peer;
use crate::plane::{key, plane};

/// The rows that are written and read at once.
const ROWS: usize = 10_000;

/// What is timed, in the order in which it runs.
#[derive(Clone, Copy)]
pub enum Operation {
    /// A database, or a connection, until its first answer.
    Open,
    /// `SELECT 1`.
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
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Open, Self::SelectOne, Self::Rested, Self::InsertMany, Self::All, Self::ByKey, Self::Insert];

    /// The heading of its row.
    pub fn title(self) -> &'static str {
        match self {
            Self::Open => "open, to the first answer",
            Self::SelectOne => "`SELECT 1`",
            Self::Rested => "`SELECT 1` after 2 ms of rest",
            Self::InsertMany => "insert 10,000 rows",
            Self::All => "read 10,000 rows",
            Self::ByKey => "select a row by key",
            Self::Insert => "insert a row",
        }
    }

    /// How many rows it handles, where it is about their number.
    pub fn rows(self) -> Option<usize> {
        matches!(self, Self::InsertMany | Self::All).then_some(ROWS)
    }

    /// How often it is called in a round.
    fn calls(self, quick: bool) -> usize {
        match (self, quick) {
            (Self::Open | Self::InsertMany | Self::All, true) => 1,
            (Self::SelectOne | Self::Rested | Self::ByKey | Self::Insert, true) => 100,
            (Self::Rested, false) => 300,
            (Self::Open, false) => 3,
            (Self::InsertMany | Self::All, false) => 5,
            (Self::SelectOne | Self::ByKey, false) => 3_000,
            (Self::Insert, false) => 2_000,
        }
    }

    /// The median time of a call.
    async fn time(self, peer: Peer, database: &mut Database, calls: usize) -> Result<Duration> {
        let mut times = Vec::with_capacity(calls);
        for call in 0..calls {
            times.push(self.once(peer, database, call).await?);
        }
        Ok(median(times))
    }

    async fn once(self, peer: Peer, database: &mut Database, call: usize) -> Result<Duration> {
        let (time, right) = match self {
            Self::Open => {
                let start = Instant::now();
                let opened = Database::open(peer).await?;
                let time = start.elapsed();
                opened.close().await?;
                (time, true)
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
        };
        if right {
            Ok(time)
        } else {
            Err(format!("{}: wrong answer to {}", peer.title(), self.title()).into())
        }
    }
}

/// The median time of each operation (outer) with each peer (inner), over the rounds' medians.
pub async fn times(peers: &[Peer], options: &Options) -> Result<Vec<Vec<Duration>>> {
    let mut databases = Vec::new();
    for peer in peers {
        let database = Database::open(*peer).await?;
        database.create_tables().await?;
        databases.push(database);
    }
    let mut rounds = vec![vec![Vec::new(); peers.len()]; Operation::ALL.len()];
    for round in 0..options.rounds {
        eprintln!("round {} of {}", round + 1, options.rounds);
        for (operation, times) in Operation::ALL.into_iter().zip(&mut rounds) {
            for turn in 0..peers.len() {
                // Another one begins in each round.
                let at = (turn + round) % peers.len();
                let calls = operation.calls(options.quick);
                times[at].push(operation.time(peers[at], &mut databases[at], calls).await?);
            }
        }
    }
    for database in databases {
        database.close().await?;
    }
    Ok(rounds.into_iter().map(|peers| peers.into_iter().map(median).collect()).collect())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
