//! What a push does next: commands out, events in.
//!
//! Nothing that matters is in memory. A push that is dropped at any point, or whose process dies, is begun anew with what the
//! database then says, and reads the ledger first.

mod command;
mod event;
mod fork;
mod machine;
mod report;

pub(crate) use self::command::{Acknowledged, Command};
pub(crate) use self::event::Event;
pub(crate) use self::machine::Push;
pub(crate) use self::report::{Outcome, Report};
