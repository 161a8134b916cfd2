/// What went wrong, in kinds that a program can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The options of a connection are not understood, or contradict each other.
    Options,
    /// The database cannot be reached or opened.
    Connect,
    /// The database's folder is open in another process, or in this one by another handle.
    Locked,
    /// The handle was closed.
    Closed,
    /// The database or its pool stayed in use for too long.
    Busy,
    /// A call took longer than [`statement_timeout`](crate::ConnectOptions::statement_timeout) or
    /// [`with_timeout`](crate::Ominipg::with_timeout) allow; its statement was cancelled.
    Timeout,
    /// The token of [`with_cancel`](crate::Ominipg::with_cancel) was cancelled, and the statement with it.
    Cancelled,
    /// A value breaks the rules of its JSON Schema; see [`Error::violations`](super::Error::violations).
    Invalid,
    /// A JSON filter is not understood.
    Filter,
    /// An update or delete of a whole table was not asked for explicitly.
    Unconditional,
    /// The row asked for is not there.
    NotFound,
    /// The row was changed since the version that was named; read it again.
    Conflict,
    /// More than one row was found where one was asked for.
    TooMany,
    /// SQL begins or ends a transaction, which only the runtime may; or the transaction can only be rolled back.
    Transaction,
    /// SQL is not the `COPY` that was asked for, or copies where its data cannot go.
    Copy,
    /// A parameter cannot be sent as the type that the statement expects.
    Parameter,
    /// A row that came back is not what the schema says, or breaks its rules where
    /// [`validate_rows`](crate::ConnectOptions::validate_rows) has them checked.
    Decode,
    /// PostgreSQL answered with an error; see [`Error::code`](super::Error::code).
    Database,
    /// The connection broke while a statement was under way.
    Connection,
    /// Changes cannot be sent to the server; see [`Error::drift`](super::Error::drift).
    Sync,
    /// The database is not what the schema says; see [`Error::differences`](super::Error::differences).
    Schema,
    /// Migrations are not those that the database knows, or one ends the transaction that it runs in.
    Migration,
    /// A backup cannot be restored: it is damaged or of another version, or there is a database in its place already.
    Backup,
    /// The embedded engine failed.
    Engine,
    /// An [`Executor`](crate::Executor) of the program's own failed; see [`Error::other`](super::Error::other).
    Other,
}
