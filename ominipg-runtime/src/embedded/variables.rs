//! What PostgreSQL keeps for a session in variables of its own: they change hands with the turn.
//!
//! A backend has one session, and keeps what belongs to it in static variables: a hash table of its prepared statements,
//! the schema of its temporary tables, its sequences. Each session here has values of its own for them, which are put in
//! before its turn and taken out after it. The addresses hold for the one build that this crate is pinned to, exactly, so
//! that no other comes by an update; the tests of the sessions and of what stops them fail where one is wrong.

#[cfg(test)]
mod find;

use super::wasi::Guest;
use super::wasi::errno::Result;

/// A static variable of PostgreSQL: a pointer or an OID, nothing at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Variable {
    /// Its name in PostgreSQL's source.
    pub(super) name: &'static str,
    /// Its address.
    pub(super) address: u32,
}

/// The number of variables.
const COUNT: usize = 6;

/// The variables.
pub(super) const VARIABLES: [Variable; COUNT] = [
    Variable { name: "prepared_queries", address: 2_895_552 },
    Variable { name: "unnamed_stmt_psrc", address: 2_921_912 },
    Variable { name: "seqhashtab", address: 2_895_564 },
    Variable { name: "last_used_seq", address: 2_895_560 },
    Variable { name: "myTempNamespace", address: 2_895_268 },
    Variable { name: "myTempToastNamespace", address: 2_895_284 },
];

/// The address of `IdleInTransactionSessionTimeout`, in milliseconds.
pub(super) const IDLE_IN_TRANSACTION_TIMEOUT: u32 = 2_921_552;

/// The address of `TransactionTimeout`, in milliseconds.
pub(super) const TRANSACTION_TIMEOUT: u32 = 2_921_556;

/// What signals and timers set, for PostgreSQL to end at its next look at its interrupts.
pub(super) mod pending {
    /// The address of `ProcDiePending`.
    pub(in crate::embedded) const PROC_DIE: u32 = 2_992_760;
    /// The address of `IdleInTransactionSessionTimeoutPending`.
    pub(in crate::embedded) const IDLE_IN_TRANSACTION: u32 = PROC_DIE + 12;
    /// The address of `TransactionTimeoutPending`.
    pub(in crate::embedded) const TRANSACTION: u32 = PROC_DIE + 16;
    /// The address of `IdleSessionTimeoutPending`.
    pub(in crate::embedded) const IDLE_SESSION: u32 = PROC_DIE + 20;
}

/// The address of `listenChannels`: what the session listens to.
pub(super) const LISTEN_CHANNELS: u32 = 2_895_488;

/// The address of `LockMethodLocalHash`: the locks that the backend has. Between transactions, those of sessions alone.
const LOCKS: u32 = 2_915_612;

/// The address of `PortalHashTable`: the open cursors. Between transactions, those WITH HOLD alone.
const CURSORS: u32 = 2_998_204;

/// Where a hash table has the number of its entries, from where its first word leads.
const ENTRIES: u32 = 4;

/// Where the unnamed prepared statement is among the variables.
const UNNAMED: usize = 1;

/// Where the temporary schemas are among the variables.
const TEMPORARY: usize = 4;

/// The address of `baseSearchPathValid` and `searchPathCacheValid`, two bytes.
const SEARCH_PATH_VALID: u32 = 2_895_288;

/// Neither is valid. The first is true at the start, and the compiler keeps it turned round, so that it is zero then.
const SEARCH_PATH_UNKNOWN: [u8; 2] = [1, 0];

/// The address of `before_shmem_exit_index`: how much PostgreSQL has noted to do at its end.
const EXIT_NOTES: u32 = 2_914_220;

/// The address of `shmem_exit_inprogress`, a byte that only the end of portals reads: whether those that run are given up.
pub(super) const GIVES_UP_PORTALS: u32 = 2_914_216;

/// The most notes that are kept. PostgreSQL has room for 20, notes 7 things for itself, and one more at the first temporary
/// table of each session: always the same, so that what is above this is no loss.
const MOST_EXIT_NOTES: u32 = 16;

/// The number of entries of the hash table that the variable at `address` points to.
fn entries(guest: &Guest<'_>, address: u32) -> Result<u32> {
    let header = guest.read_u32(guest.read_u32(address)?)?;
    guest.read_u32(header.wrapping_add(ENTRIES))
}

/// Whether the session whose turn is over has locks that outlive it: session-level advisory locks.
pub(super) fn has_locks(guest: &Guest<'_>) -> Result<bool> {
    entries(guest, LOCKS).map(|count| count > 0)
}

/// The table of the open cursors, if any is.
pub(super) fn cursors(guest: &Guest<'_>) -> Result<Option<u32>> {
    Ok(if entries(guest, CURSORS)? > 0 { Some(guest.read_u32(CURSORS)?) } else { None })
}

/// Puts a table of cursors in, and gives the one that was there.
pub(super) fn replace_cursors(guest: &mut Guest<'_>, table: u32) -> Result<u32> {
    let before = guest.read_u32(CURSORS)?;
    guest.write_u32(CURSORS, table)?;
    Ok(before)
}

/// Puts an unnamed prepared statement in, and gives the one that was there; 0 is none.
pub(super) fn replace_unnamed(guest: &mut Guest<'_>, statement: u32) -> Result<u32> {
    let address = VARIABLES[UNNAMED].address;
    let before = guest.read_u32(address)?;
    guest.write_u32(address, statement)?;
    Ok(before)
}

/// The values of one session.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Values {
    words: [u32; COUNT],
    /// The table of its cursors WITH HOLD; 0 where it has none.
    pub(super) cursors: u32,
}

impl Values {
    /// Whether PostgreSQL keeps nothing.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The schemas of its temporary tables and of what these store apart; 0 where there are none.
    pub(super) fn temporary(&self) -> [u32; 2] {
        [self.words[TEMPORARY], self.words[TEMPORARY + 1]]
    }

    /// Takes the values out of PostgreSQL, but for the cursors; see `backend`.
    pub(super) fn take(guest: &mut Guest<'_>) -> Result<Self> {
        let mut values = Self::default();
        for (value, variable) in values.words.iter_mut().zip(VARIABLES) {
            *value = guest.read_u32(variable.address)?;
            guest.write_u32(variable.address, 0)?;
        }
        values.forget_search_path(guest)?;
        values.forget_exit_notes(guest)?;
        Ok(values)
    }

    /// Sessions come and go without PostgreSQL's end, which is when it forgets what they had noted for it.
    fn forget_exit_notes(&self, guest: &mut Guest<'_>) -> Result<()> {
        if self.temporary() != [0, 0] && guest.read_u32(EXIT_NOTES)? > MOST_EXIT_NOTES {
            guest.write_u32(EXIT_NOTES, MOST_EXIT_NOTES)?;
        }
        Ok(())
    }

    /// Puts the values into PostgreSQL, but for the cursors.
    pub(super) fn put(self, guest: &mut Guest<'_>) -> Result<()> {
        for (value, variable) in self.words.iter().zip(VARIABLES) {
            guest.write_u32(variable.address, *value)?;
        }
        self.forget_search_path(guest)
    }

    /// The temporary schema is a part of the search path, which PostgreSQL computes anew when it is told that it is unknown.
    fn forget_search_path(&self, guest: &mut Guest<'_>) -> Result<()> {
        if self.temporary() == [0, 0] { Ok(()) } else { guest.write(SEARCH_PATH_VALID, &SEARCH_PATH_UNKNOWN) }
    }
}
