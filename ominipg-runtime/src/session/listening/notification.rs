/// What a `NOTIFY` told those who listen to its channel.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notification {
    /// The channel.
    pub channel: String,
    /// What it said; empty where it said nothing.
    pub payload: String,
    /// The number of the session that sent it, as `pg_backend_pid()` gives it on a server; on an embedded database, which
    /// has one backend, the number of the session there.
    pub process_id: i32,
}

impl From<tokio_postgres::Notification> for Notification {
    fn from(told: tokio_postgres::Notification) -> Self {
        Self {
            channel: told.channel().to_owned(),
            payload: told.payload().to_owned(),
            process_id: told.process_id(),
        }
    }
}
