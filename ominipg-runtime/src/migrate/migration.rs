use std::borrow::Cow;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The migrations of a program, in their order; `ominipg_migrations!` makes them of a folder.
#[derive(Debug, Clone)]
pub struct Migrations {
    pub(super) all: Cow<'static, [Migration]>,
}

/// One migration.
#[derive(Debug, Clone)]
pub struct Migration {
    /// Its number, from 1.
    pub number: i64,
    /// The name of its file without the ending, such as `0002_add_nickname`.
    pub name: Cow<'static, str>,
    /// Its statements.
    pub sql: Cow<'static, str>,
}

impl Migrations {
    /// Migrations that are part of the program.
    pub const fn of(all: &'static [Migration]) -> Self {
        Self { all: Cow::Borrowed(all) }
    }

    /// Migrations that were read from elsewhere, ordered by their numbers.
    pub fn from_vec(mut all: Vec<Migration>) -> Self {
        all.sort_by_key(|migration| migration.number);
        Self { all: Cow::Owned(all) }
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Migration> {
        self.all.iter()
    }
}

impl Migration {
    /// One whose parts are in the program.
    pub const fn of(number: i64, name: &'static str, sql: &'static str) -> Self {
        Self { number, name: Cow::Borrowed(name), sql: Cow::Borrowed(sql) }
    }

    /// What tells that its text was not edited: SHA-256, in hexadecimal digits. Line ends are as git likes them, and mean nothing.
    pub fn checksum(&self) -> String {
        let digest = Sha256::digest(self.sql.replace('\r', "").as_bytes());
        digest.iter().fold(String::with_capacity(64), |mut out, byte| {
            write!(out, "{byte:02x}").expect("a String takes what is written");
            out
        })
    }
}
