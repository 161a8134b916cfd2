//! Who wins: what becomes of a row of the server when an edit of it arrives.
//!
//! Under the two policies of the later write the order in which edits arrive makes no difference: a row, or each column of it,
//! keeps the greatest stamp it has seen, and a deleted row keeps its stamp too.

mod by_column;
mod by_row;
mod case;
mod conflict;
mod merged;
mod resolve;
mod server;
mod shadow;

pub(crate) use self::conflict::Conflict;
#[cfg(test)]
pub(super) use self::conflict::{Reason, Winner};
pub(crate) use self::merged::{Action, ColumnWrite, How, Merged};
pub(crate) use self::resolve::{Answer, resolve};
pub(crate) use self::shadow::{Remote, Shadow};

use self::case::Case;
use super::edit::Edit;
use super::policy::{Policy, Rules};

/// What an edit makes of a row.
///
/// An edit that is there already changes nothing. One that is there and was followed by others is not always recognised: it
/// would lose again, but add to counters again. That no edit arrives twice is the ledger's work.
pub(crate) fn merge(rules: &Rules, remote: &Remote, edit: &Edit) -> Merged {
    let forgotten;
    let mut remote = remote;
    if mutant!(ForgetTombstones) && remote.row.is_none() {
        forgotten = Remote::default();
        remote = &forgotten;
    }
    let case = Case { rules, remote, edit };
    if remote.shadow.latest() == edit.stamp {
        return case.keep(None);
    }
    let mut merged = match rules.policy {
        Policy::LastWriteWins => by_row::merge(&case, case.wins()),
        Policy::LastWriteWinsPerColumn => by_column::merge(&case),
        Policy::ServerWins => server::merge(&case),
        Policy::Callback => {
            let merged = by_row::merge(&case, case.wins());
            if merged.conflict.is_some() { Merged { action: Action::Ask, ..merged } } else { merged }
        }
    };
    if mutant!(SilentLoser) {
        merged.conflict = None;
    }
    merged
}
