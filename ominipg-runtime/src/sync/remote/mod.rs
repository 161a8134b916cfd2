//! What a push does on the server.

mod apply;
mod catalog;
mod contended;
mod convert;
mod ddl;
mod handshake;
mod journal;
mod ledger;
mod plan;
mod shadow;
mod stage;
mod write;

pub(super) use self::apply::Destination;
pub(super) use self::catalog::tables;
pub(super) use self::handshake::{Handshake, ask, set_up, set_up_sql, unfit};
pub(super) use self::ledger::{Reject, SETTINGS, pushed, reject, rejects, write};
