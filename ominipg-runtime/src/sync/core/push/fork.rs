use super::super::change::RawChange;
use super::super::clock::Clock;
use super::super::hash::BatchHash;
use super::super::position::{Local, Mark};
use super::super::rebase::{Compared, Pushed, common, compare};
use super::command::Command;
use super::event::Event;
use super::machine::{Push, State};
use super::report::Outcome;

/// The way from a name that somebody else uses too to a new one, without pushing again what that one has pushed already.
#[derive(Clone, Debug)]
pub(super) struct Fork {
    ledger: Mark,
    step: Step,
}

#[derive(Clone, Debug)]
enum Step {
    /// What the server has applied under the old name.
    Pushed,
    /// The changes that one of its batches would have held if it were this replica's.
    Comparing { at: Mark, batches: Vec<Pushed>, changes: Vec<RawChange> },
    /// The new name.
    Name { high_seq: i64, clock: Clock },
}

impl Fork {
    /// Whether the batch by which the ledger is ahead is made of these changes.
    pub(super) fn is_own(after: BatchHash, changes: &[RawChange], ledger: &Mark) -> bool {
        let batch = Pushed { mark: *ledger, trail: Vec::new() };
        matches!(compare(after, changes, &batch), Compared::Same { .. })
    }
}

impl Push {
    pub(super) fn forked(&mut self, ledger: Mark) -> Command {
        self.report.forked_from.get_or_insert(self.local.replica);
        let from = self.local.marks().map(|mark| mark.batch_no).min().unwrap_or_default();
        self.state = State::Forking(Fork { ledger, step: Step::Pushed });
        Command::ReadPushed { replica: self.local.replica, from }
    }

    pub(super) fn fork(&mut self, fork: Fork, event: Event) -> Command {
        match (fork.step, event) {
            (Step::Pushed, Event::Pushed(batches)) => {
                let Some(at) = common(&self.local, &fork.ledger, &batches) else {
                    return self.finish(Outcome::OutOfReach);
                };
                let mut batches: Vec<_> =
                    batches.into_iter().filter(|batch| batch.mark.batch_no > at.batch_no).collect();
                batches.sort_by_key(|batch| std::cmp::Reverse(batch.mark.batch_no));
                self.compare(fork.ledger, at, batches)
            }
            (Step::Comparing { at, batches, mut changes }, Event::Changes { changes: next, more }) => {
                changes.extend(next);
                self.compared(fork.ledger, at, batches, changes, more)
            }
            (Step::Name { high_seq, clock }, Event::Named(replica)) => {
                self.local = Local::new(replica, high_seq, clock.last());
                self.begin()
            }
            _ => self.finish(Outcome::OutOfTurn),
        }
    }

    /// Compares the next batch, the last of `batches`, to the changes after a mark; without one, or without the right one, all of
    /// those are the replica's alone.
    fn compare(&mut self, ledger: Mark, at: Mark, batches: Vec<Pushed>) -> Command {
        let next = batches.last().map(|batch| batch.mark);
        match next.filter(|next| next.batch_no == at.batch_no + 1 && !mutant!(NoRebase)) {
            Some(next) => {
                let step = Step::Comparing { at, batches, changes: Vec::new() };
                self.state = State::Forking(Fork { ledger, step });
                self.read(at.high_seq, Some(next.high_seq))
            }
            None => self.name(ledger, at.high_seq, Clock::new(at.high_time)),
        }
    }

    fn compared(
        &mut self,
        ledger: Mark,
        at: Mark,
        mut batches: Vec<Pushed>,
        changes: Vec<RawChange>,
        more: bool,
    ) -> Command {
        let Some(batch) = batches.last() else { return self.finish(Outcome::OutOfTurn) };
        if more {
            let (after, through) =
                (changes.last().map_or(at.high_seq, |change| change.seq), batch.mark.high_seq);
            let step = Step::Comparing { at, batches, changes };
            self.state = State::Forking(Fork { ledger, step });
            return self.read(after, Some(through));
        }
        match compare(at.hash, &changes, batch) {
            Compared::Same { .. } => {
                let at = batch.mark;
                batches.pop();
                self.compare(ledger, at, batches)
            }
            Compared::Until(pushed) => {
                // The stamps of what comes after follow those that the twin gave to what it has pushed.
                let mut clock = Clock::new(at.high_time);
                for change in &changes[..pushed] {
                    clock.bounded(change.at, batch.mark.referee_ms);
                }
                let high_seq = changes[..pushed].last().map_or(at.high_seq, |change| change.seq);
                self.name(ledger, high_seq, clock)
            }
        }
    }

    fn name(&mut self, ledger: Mark, high_seq: i64, clock: Clock) -> Command {
        let high_time = clock.last();
        self.state = State::Forking(Fork { ledger, step: Step::Name { high_seq, clock } });
        Command::NewIdentity { high_seq, high_time }
    }
}
