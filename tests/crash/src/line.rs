//! What a victim tells.

use std::time::Duration;

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// The database is open, and this is its last transaction.
    Open,
    /// A transaction was acknowledged.
    Done,
    /// The victim had its turn on the machine.
    Alive,
}

/// A line; its times count from when its victim had opened the database.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) what: What,
    pub(crate) number: i64,
    pub(crate) begun: Duration,
    pub(crate) done: Duration,
}

impl Line {
    /// Reads a line; `None` where it is none.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let what = match words.next()? {
            "open" => What::Open,
            "done" => What::Done,
            "alive" => What::Alive,
            _ => return None,
        };
        let number = words.next()?.parse().ok()?;
        let mut time = || Some(Duration::from_micros(words.next()?.parse().ok()?));
        Some(Self { what, number, begun: time()?, done: time()? })
    }
}
