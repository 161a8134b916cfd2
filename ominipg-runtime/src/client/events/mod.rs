//! What happens to a database, for whoever wants to know: never a reason for it to wait.

mod broadcaster;
mod event;
mod listener;

pub(crate) use self::broadcaster::Broadcaster;
pub use self::event::Event;
pub use self::listener::Events;
