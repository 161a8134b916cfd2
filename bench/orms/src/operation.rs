use std::time::{Duration, Instant};

use crate::Result;
use crate::peer::Peer;
use crate::person::{MANY, PEOPLE, key, person};

/// What is timed, in the order in which it runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A row by its key.
    ByKey,
    /// A hundred rows.
    Hundred,
    /// A change of a row, by its key.
    Update,
    /// All people with their notes.
    Populate,
    /// A new row.
    Insert,
    /// Many new rows.
    InsertMany,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::ByKey, Self::Hundred, Self::Update, Self::Populate, Self::Insert, Self::InsertMany];

    /// The heading of its row.
    pub fn title(self) -> &'static str {
        match self {
            Self::ByKey => "find by key",
            Self::Hundred => "find 100 rows",
            Self::Update => "update by key",
            Self::Populate => "populate 1,000 × 10",
            Self::Insert => "insert a row",
            Self::InsertMany => "insert 10,000 rows",
        }
    }

    /// Whether it is one statement that is soon answered, where nothing is to hide what is put on top of the driver.
    pub fn is_single(self) -> bool {
        !matches!(self, Self::Populate | Self::InsertMany)
    }

    /// How often each peer is called in a round.
    pub fn calls(self) -> usize {
        match self {
            Self::ByKey | Self::Update | Self::Insert => 300,
            Self::Hundred => 100,
            Self::Populate => 3,
            Self::InsertMany => 1,
        }
    }

    /// How long a call takes; `at` counts the calls of all peers, `turn` those of each.
    pub async fn time(self, peer: &mut impl Peer, turn: usize, at: usize) -> Result<Duration> {
        let id = key(turn);
        // The rows of all peers lie among each other, so that the index grows for all alike.
        let new = 10_000_000 + at as i64;
        let many =
            || (0..MANY as i64).map(|row| person(1_000_000_000 + at as i64 * MANY as i64 + row)).collect();
        let many = if self == Self::InsertMany { many() } else { Vec::new() };
        let start = Instant::now();
        match self {
            Self::ByKey => peer.by_key(id).await?,
            Self::Hundred => peer.hundred(id % (PEOPLE - 100)).await?,
            Self::Update => peer.update(id, (turn % 90) as i32).await?,
            Self::Populate => peer.populate().await?,
            Self::Insert => peer.insert(person(new)).await?,
            Self::InsertMany => peer.insert_many(many).await?,
        }
        Ok(start.elapsed())
    }
}
