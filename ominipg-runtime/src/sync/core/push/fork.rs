use super::super::change::RawChange;
use super::super::clock::Clock;
use super::super::position::Mark;
use super::super::rebase::{Compared, Pushed, between, common, compare};
use super::command::{Acknowledged, Command};
use super::event::Event;
use super::machine::{Push, State};
use super::report::Outcome;

/// The way out when somebody else has pushed under the replica's name: to where both are the same, or to another name.
#[derive(Clone, Debug)]
pub(super) enum Fork {
    /// Awaits what the server has applied under the name.
    Pushed { ledger: Mark },
    /// Awaits the own changes that follow what both have known.
    Comparing { kin: Kin, changes: Vec<RawChange> },
}

/// What was pushed under the name.
#[derive(Clone, Debug)]
pub(super) struct Kin {
    /// Where the ledger is.
    ledger: Mark,
    /// The last batch that the replica knows too.
    at: Mark,
    /// Those after it.
    pushed: Vec<Pushed>,
    /// Whether they are all up to the ledger's.
    all: bool,
}

impl Push {
    pub(super) fn forked(&mut self, ledger: Mark) -> Command {
        let from = self.local.marks().map(|mark| mark.batch_no).min().unwrap_or_default();
        self.state = State::Forking(Fork::Pushed { ledger });
        Command::ReadPushed { replica: self.local.replica, from }
    }

    pub(super) fn fork(&mut self, fork: Fork, event: Event) -> Command {
        match (fork, event) {
            (Fork::Pushed { ledger }, Event::Pushed(pushed)) => {
                let Some(at) = common(&self.local, &ledger, &pushed) else {
                    return self.finish(Outcome::OutOfReach);
                };
                let (pushed, all) = between(&at, &ledger, pushed);
                self.compare(Kin { ledger, at, pushed, all }, Vec::new())
            }
            (Fork::Comparing { kin, mut changes }, Event::Changes { changes: next, more }) => {
                changes.extend(next);
                self.compared(kin, changes, more)
            }
            _ => self.finish(Outcome::OutOfTurn),
        }
    }

    fn compare(&mut self, kin: Kin, changes: Vec<RawChange>) -> Command {
        let after = changes.last().map_or(kin.at.high_seq, |change| change.seq);
        self.state = State::Forking(Fork::Comparing { kin, changes });
        self.read(after, None)
    }

    fn compared(&mut self, kin: Kin, changes: Vec<RawChange>, more: bool) -> Command {
        match compare(&changes, more, &kin.pushed, kin.all) {
            Compared::Unknown => self.compare(kin, changes),
            Compared::Same => {
                self.report.recovered += 1;
                self.acknowledge(kin.at, kin.ledger, Acknowledged::Lost)
            }
            Compared::Behind => self.finish(Outcome::Done),
            Compared::Diverged { same, next } => {
                // The stamps of what comes after follow those of what was pushed, which was bounded by an earlier time than now.
                let Kin { at, pushed, .. } = kin;
                let mut clock = Clock::new(at.high_time);
                for change in &changes[..same] {
                    clock.bounded(change.at, self.now_ms);
                }
                let high_seq = changes[..same].last().map_or(at.high_seq, |change| change.seq);
                let whole = pushed.iter().filter(|batch| batch.mark.high_seq <= high_seq);
                whole.for_each(|batch| clock.observe(batch.mark.high_time));
                // All copies of a folder that go on with the same transaction take the same name, and so only one pushes it.
                let name = self.local.replica.followed_by(next);
                self.report.forked_from.get_or_insert(self.local.replica);
                self.become_another(self.local.renamed(at, name, high_seq, clock.last()))
            }
        }
    }
}
