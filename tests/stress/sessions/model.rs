//! What one session must see, whatever the others do: plain data that follows PostgreSQL's rules for transactions.

use std::collections::BTreeMap;

/// What PostgreSQL takes back with a transaction.
#[derive(Debug, Clone, Default)]
struct Scope {
    /// The settings that the session changed.
    settings: BTreeMap<&'static str, String>,
    /// Those that end with the transaction.
    local: BTreeMap<&'static str, String>,
    /// The rows of the temporary table, where there is one.
    scratch: Option<i64>,
    /// The session's rows in the table that all share.
    ledger: i64,
}

/// A session.
#[derive(Debug, Default)]
pub struct Model {
    now: Scope,
    /// What was before the transaction and before each of its savepoints.
    before: Vec<Scope>,
    failed: bool,
    /// What the transaction was not allowed to write.
    read_only: bool,
    /// The values of the settings in a new session.
    defaults: BTreeMap<&'static str, String>,
    /// What the statement prepared under the common name gives.
    pub prepared: Option<i32>,
    /// The last number that this session took of the common sequence.
    pub number: Option<i64>,
}

/// The setting that keeps transactions from writing.
pub const READ_ONLY: &str = "default_transaction_read_only";

impl Model {
    /// A new session, with so many rows from sessions before it.
    pub fn new(defaults: BTreeMap<&'static str, String>, ledger: i64) -> Self {
        Self { defaults, now: Scope { ledger, ..Scope::default() }, ..Self::default() }
    }

    pub fn in_transaction(&self) -> bool {
        !self.before.is_empty()
    }

    pub fn has_failed(&self) -> bool {
        self.failed
    }

    /// How many savepoints there are.
    pub fn savepoints(&self) -> usize {
        self.before.len().saturating_sub(1)
    }

    /// What a setting must be.
    pub fn setting(&self, name: &str) -> &str {
        let changed = self.now.local.get(name).or_else(|| self.now.settings.get(name));
        changed.or_else(|| self.defaults.get(name)).map_or("", String::as_str)
    }

    pub fn set(&mut self, name: &'static str, value: &str) {
        self.now.local.remove(name);
        self.now.settings.insert(name, value.to_owned());
    }

    pub fn set_local(&mut self, name: &'static str, value: &str) {
        self.now.local.insert(name, value.to_owned());
    }

    pub fn reset(&mut self, name: &'static str) {
        self.now.local.remove(name);
        self.now.settings.remove(name);
    }

    /// Whether PostgreSQL lets the next statement write.
    pub fn may_write(&self) -> bool {
        if self.in_transaction() { !self.read_only } else { self.setting(READ_ONLY) == "off" }
    }

    pub fn scratch(&self) -> Option<i64> {
        self.now.scratch
    }

    pub fn set_scratch(&mut self, rows: Option<i64>) {
        self.now.scratch = rows;
    }

    pub fn ledger(&self) -> i64 {
        self.now.ledger
    }

    pub fn add_to_ledger(&mut self, rows: i64) {
        self.now.ledger += rows;
    }

    /// The rows that stay when the session is gone.
    pub fn committed_ledger(&self) -> i64 {
        self.before.first().map_or(self.now.ledger, |before| before.ledger)
    }

    pub fn begin(&mut self) {
        self.read_only = self.setting(READ_ONLY) != "off";
        self.before.push(self.now.clone());
    }

    pub fn savepoint(&mut self) {
        self.before.push(self.now.clone());
    }

    /// Takes back what came after the last savepoint, which stays.
    pub fn rollback_to_savepoint(&mut self) {
        self.now = self.before.last().cloned().unwrap_or_default();
        self.failed = false;
    }

    /// Forgets the last savepoint, and keeps what came after it.
    pub fn release(&mut self) {
        self.before.pop();
    }

    pub fn fail(&mut self) {
        self.failed = self.in_transaction();
    }

    /// Ends the transaction; one that failed is rolled back.
    pub fn commit(&mut self) {
        if self.failed {
            return self.rollback();
        }
        self.before.clear();
        self.now.local.clear();
    }

    pub fn rollback(&mut self) {
        if let Some(before) = self.before.drain(..).next() {
            self.now = before;
        }
        self.failed = false;
    }

    /// Forgets all that a session has of its own.
    pub fn discard(&mut self) {
        self.now = Scope { ledger: self.now.ledger, ..Scope::default() };
        (self.prepared, self.number) = (None, None);
    }
}
