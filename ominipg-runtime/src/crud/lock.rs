use crate::sql::{Sql, TABLE_ALIAS};

/// How rows that are found are locked until their transaction ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lock {
    pub(super) strength: Strength,
    pub(super) wait: Wait,
}

/// What others may still do with them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Strength {
    Update,
    NoKeyUpdate,
    Share,
    KeyShare,
}

/// What is done about rows that others have locked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wait {
    /// It is waited for them.
    Until,
    /// It is an error.
    Never,
    /// They are left out.
    Skip,
}

impl Sql {
    /// ` FOR UPDATE OF t …`
    pub(super) fn lock(&mut self, lock: Lock) -> &mut Self {
        self.push(match lock.strength {
            Strength::Update => " FOR UPDATE OF ",
            Strength::NoKeyUpdate => " FOR NO KEY UPDATE OF ",
            Strength::Share => " FOR SHARE OF ",
            Strength::KeyShare => " FOR KEY SHARE OF ",
        });
        self.push(TABLE_ALIAS).push(match lock.wait {
            Wait::Until => "",
            Wait::Never => " NOWAIT",
            Wait::Skip => " SKIP LOCKED",
        })
    }
}
