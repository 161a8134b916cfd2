//! What an embedded database keeps for sync: its changes, and how far the server has them.

mod capture;
mod columns;
mod outbox;
pub(super) mod parked;
pub(super) mod replica;

pub(super) use self::capture::{resync, set_up, uncaptured};
pub(super) use self::outbox::{Captured, Outbox, TRACKED};
pub use self::parked::ParkedChange;
