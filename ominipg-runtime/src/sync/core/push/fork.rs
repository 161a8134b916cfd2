use super::super::change::RawChange;
use super::super::clock::Clock;
use super::super::position::{Local, Mark};
use super::super::rebase::{Kin, common};
use super::command::Command;
use super::event::Event;
use super::machine::{Push, State};
use super::report::Outcome;

/// The way from a name that somebody else uses too to a new one, without pushing again what others with the same beginning have
/// pushed already.
#[derive(Clone, Debug)]
pub(super) enum Fork {
    /// Awaits what the server has applied under the old name and those of its kin.
    Pushed { ledger: Mark },
    /// Awaits the changes that others may have pushed.
    Comparing { at: Mark, kin: Kin, changes: Vec<RawChange> },
    /// Awaits the new name.
    Name { high_seq: i64, clock: Clock },
}

impl Push {
    pub(super) fn forked(&mut self, ledger: Mark) -> Command {
        self.report.forked_from.get_or_insert(self.local.replica);
        let after = self.local.marks().map(|mark| mark.high_seq).min().unwrap_or_default();
        self.state = State::Forking(Fork::Pushed { ledger });
        Command::ReadPushed { lineage: self.local.lineage, after }
    }

    pub(super) fn fork(&mut self, fork: Fork, event: Event) -> Command {
        match (fork, event) {
            (Fork::Pushed { ledger }, Event::Pushed(pushed)) => {
                let Some(at) = common(&self.local, &ledger, &pushed) else {
                    return self.finish(Outcome::OutOfReach);
                };
                let kin = Kin::new(&at, &pushed);
                self.compare(at, kin, Vec::new())
            }
            (Fork::Comparing { at, kin, mut changes }, Event::Changes { changes: next, more }) => {
                changes.extend(next);
                if more { self.compare(at, kin, changes) } else { self.compared(at, &kin, &changes) }
            }
            (Fork::Name { high_seq, clock }, Event::Named(replica)) => {
                self.local = Local::forked(replica, self.local.lineage, high_seq, clock.last());
                self.begin()
            }
            _ => self.finish(Outcome::OutOfTurn),
        }
    }

    fn compare(&mut self, at: Mark, kin: Kin, changes: Vec<RawChange>) -> Command {
        let after = changes.last().map_or(at.high_seq, |change| change.seq);
        let through = Some(kin.through);
        self.state = State::Forking(Fork::Comparing { at, kin, changes });
        self.read(after, through)
    }

    fn compared(&mut self, at: Mark, kin: &Kin, changes: &[RawChange]) -> Command {
        let pushed = &changes[..kin.have(changes)];
        // The stamps of what comes after follow those of what others have pushed, whose clocks stood no later than now.
        let mut clock = Clock::new(at.high_time);
        for change in pushed {
            clock.bounded(change.at, self.now_ms);
        }
        let (high_seq, high_time) = (pushed.last().map_or(at.high_seq, |change| change.seq), clock.last());
        self.state = State::Forking(Fork::Name { high_seq, clock });
        Command::NewIdentity { old: self.local.replica, high_seq, high_time }
    }
}
