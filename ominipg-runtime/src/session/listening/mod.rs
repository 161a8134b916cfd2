//! Listening to channels: on a connection beside those for statements, so that nobody waits for who listens.

pub(crate) mod channel;
mod notification;
mod notifications;

pub use self::notification::Notification;
pub use self::notifications::Notifications;

/// Notifies who listens to a channel.
pub(crate) const NOTIFY: &str = "SELECT pg_notify($1, $2)";
