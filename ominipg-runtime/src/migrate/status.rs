use jiff::Timestamp;

/// How a database stands to the migrations of a program.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MigrationStatus {
    /// Those that ran, in their order.
    pub applied: Vec<AppliedMigration>,
    /// The names of those that did not run yet, in their order.
    pub pending: Vec<String>,
    /// What does not fit together, a sentence each; nothing runs until it does.
    pub problems: Vec<String>,
}

/// A migration that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppliedMigration {
    /// Its number.
    pub number: i64,
    /// The name of its file without the ending.
    pub name: String,
    /// What its text was, as SHA-256.
    pub checksum: String,
    /// When it ran.
    pub at: Timestamp,
}
