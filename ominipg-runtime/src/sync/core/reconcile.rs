use super::position::{Local, Mark};

/// How what a replica knows of itself fits what the server's ledger has of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reconciled {
    /// Neither has anything of the other: the first push.
    New,
    /// Both are at the same batch.
    InStep {
        /// The ledger's mark.
        ledger: Mark,
    },
    /// The ledger is one batch ahead. If the changes up to there give its hash, then that was this replica's own push, whose
    /// answer was lost; else it is [`Forked`](Self::Forked).
    Ahead {
        /// The ledger's.
        ledger: Mark,
    },
    /// The ledger is at another batch that the replica remembers: an older one, where the server was restored from a backup.
    Elsewhere {
        /// Where to go on: the ledger's mark, or where the replica began.
        to: Mark,
    },
    /// Something was pushed under the replica's name that it does not remember: its folder is a copy of another, or was restored
    /// from one. What was pushed tells whether it is the replica's too.
    Forked {
        /// The ledger's.
        ledger: Mark,
    },
    /// The server was set back to before anything that the replica still has the changes of.
    OutOfReach,
}

/// Compares what a replica knows of itself to what the ledger has of it.
pub(crate) fn reconcile(local: &Local, ledger: Option<&Mark>) -> Reconciled {
    let own = &local.mark;
    let Some(ledger) = ledger else {
        // A server that has never heard of the replica, or was set back to when it had not.
        let first = local.marks().find(|mark| mark.batch_no == 0);
        return match first {
            _ if mutant!(NoSetBack) => Reconciled::New,
            _ if own.batch_no == 0 => Reconciled::New,
            Some(first) => Reconciled::Elsewhere { to: *first },
            None => Reconciled::OutOfReach,
        };
    };
    if own.agrees(ledger) {
        // The hour of the ledger counts: a copy of the folder may have pushed the same later.
        return Reconciled::InStep { ledger: *ledger };
    }
    if ledger.batch_no < own.batch_no && mutant!(NoSetBack) {
        return Reconciled::InStep { ledger: *own };
    }
    if local.knows(ledger) {
        return Reconciled::Elsewhere { to: *ledger };
    }
    // A batch that is older than all that the replica remembers may well be its own.
    let oldest = local.marks().map(|mark| mark.batch_no).min();
    if oldest.is_some_and(|oldest| ledger.batch_no < oldest) {
        return Reconciled::OutOfReach;
    }
    if ledger.batch_no == own.batch_no + 1 && ledger.high_seq > own.high_seq {
        return Reconciled::Ahead { ledger: *ledger };
    }
    Reconciled::Forked { ledger: *ledger }
}

#[cfg(test)]
mod tests {
    use super::super::clock::HybridTime;
    use super::super::hash::BatchHash;
    use super::super::stamp::ReplicaId;
    use super::*;

    fn mark(batch_no: u64, hash: u8) -> Mark {
        let high_seq = batch_no as i64 * 10;
        Mark { batch_no, high_seq, high_time: HybridTime::ZERO, referee_ms: 0, hash: BatchHash([hash; 32]) }
    }

    #[test]
    fn every_way_to_stand_is_told() {
        let replica = ReplicaId::new(1).expect("it is not zero");
        let mut local = Local::new(replica, 0, HybridTime::ZERO);
        let genesis = local.mark;
        assert_eq!(reconcile(&local, None), Reconciled::New);
        assert_eq!(reconcile(&local, Some(&mark(1, 9))), Reconciled::Ahead { ledger: mark(1, 9) });
        assert_eq!(reconcile(&local, Some(&mark(2, 9))), Reconciled::Forked { ledger: mark(2, 9) });
        for batch in 1..=5 {
            local.advance(&mark(batch - 1, 0), mark(batch, batch as u8));
        }
        assert_eq!(reconcile(&local, Some(&mark(5, 5))), Reconciled::InStep { ledger: mark(5, 5) });
        assert_eq!(reconcile(&local, Some(&mark(5, 9))), Reconciled::Forked { ledger: mark(5, 9) });
        assert_eq!(reconcile(&local, Some(&mark(6, 6))), Reconciled::Ahead { ledger: mark(6, 6) });
        assert_eq!(reconcile(&local, Some(&mark(7, 6))), Reconciled::Forked { ledger: mark(7, 6) });
        assert_eq!(reconcile(&local, Some(&mark(3, 3))), Reconciled::Elsewhere { to: mark(3, 3) });
        assert_eq!(reconcile(&local, Some(&mark(3, 9))), Reconciled::Forked { ledger: mark(3, 9) });
        assert_eq!(reconcile(&local, None), Reconciled::Elsewhere { to: genesis });
        // Set back, and then forward again: what was pushed before is still known.
        local.mark = mark(3, 3);
        assert_eq!(reconcile(&local, Some(&mark(5, 5))), Reconciled::Elsewhere { to: mark(5, 5) });
        assert_eq!(local.replay(), Some(&mark(4, 4)));
        local.advance(&mark(3, 3), mark(4, 9));
        assert_eq!(local.replay(), None, "what came after another batch is another");
        local.history.retain(|mark| mark.batch_no > 2);
        assert_eq!(reconcile(&local, None), Reconciled::OutOfReach);
        assert_eq!(reconcile(&local, Some(&mark(2, 2))), Reconciled::OutOfReach);
    }
}
