use super::super::batch::{Batch, Limits, cut, transactions};
use super::super::change::RawChange;
use super::super::hash::TransactionDigest;
use super::super::position::{Local, Mark};
use super::super::reconcile::{Reconciled, reconcile};
use super::command::{Acknowledged, Command};
use super::event::Event;
use super::fork::Fork;
use super::report::{Outcome, Report};

/// How often a batch may find that another push was faster.
const RACES: u32 = 5;

/// A push, from the ledger to the last change.
#[derive(Clone, Debug)]
pub(crate) struct Push {
    pub(super) local: Local,
    limits: Limits,
    pub(super) now_ms: u64,
    races: u32,
    pub(super) report: Report,
    pub(super) state: State,
    /// The batch that follows the one which is being applied, where it is known already.
    foreseen: Option<Batch>,
    /// Changes that were read and are in no batch yet.
    unsent: Option<Unsent>,
}

/// Changes that were read behind a mark.
#[derive(Clone, Debug)]
pub(super) struct Unsent {
    follows: Mark,
    changes: Vec<RawChange>,
    /// Whether others may follow them.
    more: bool,
}

impl Unsent {
    fn new(follows: Mark) -> Self {
        Self { follows, changes: Vec::new(), more: true }
    }

    fn add(&mut self, changes: Vec<RawChange>, more: bool) {
        self.changes.extend(changes);
        self.more = more;
    }

    /// The place after which there may be more.
    fn end(&self) -> i64 {
        self.changes.last().map_or(self.follows.high_seq, |change| change.seq)
    }
}

/// What is awaited.
#[derive(Clone, Debug)]
pub(super) enum State {
    Local,
    Ledger,
    /// The rest of the changes that make the next batch.
    Filling {
        unsent: Unsent,
    },
    /// The rest of the changes that may make the batch by which the ledger is ahead.
    Checking {
        ledger: Mark,
        changes: Vec<RawChange>,
    },
    /// What becomes of a batch: its mark, and what it adds to the report.
    Applying {
        mark: Mark,
        clamped: u64,
    },
    /// That a mark is noted: the replica's new place.
    Noting {
        follows: Option<Mark>,
        mark: Mark,
    },
    /// That it is noted who the replica is.
    Becoming {
        local: Box<Local>,
    },
    Forking(Fork),
    Ended,
}

impl Push {
    /// A push of a replica, and its first command.
    pub(crate) fn new(local: Local, limits: Limits) -> (Self, Command) {
        let report = Report::default();
        let state = State::Ledger;
        let mut push =
            Self { local, limits, now_ms: 0, races: 0, report, state, foreseen: None, unsent: None };
        let command = push.begin();
        (push, command)
    }

    /// What to do after an event.
    pub(crate) fn handle(&mut self, event: Event) -> Command {
        match (std::mem::replace(&mut self.state, State::Ended), event) {
            (State::Ledger, Event::Ledger { mark, now_ms }) => {
                self.now_ms = now_ms;
                self.reconcile(mark)
            }
            (State::Filling { mut unsent }, Event::Changes { changes, more }) => {
                unsent.add(changes, more);
                self.fill(unsent)
            }
            (State::Checking { ledger, mut changes }, Event::Changes { changes: next, more }) => {
                changes.extend(next);
                self.checked(ledger, changes, more)
            }
            (State::Applying { mark, clamped }, Event::Applied { conflicts }) => {
                self.report.add(clamped, conflicts);
                self.races = 0;
                self.acknowledge(self.local.mark, mark, Acknowledged::Answered)
            }
            (State::Local, Event::Local(local)) => {
                self.local = local;
                self.begin()
            }
            // What is known of the replica may be as old as the batch.
            (State::Applying { .. }, Event::LostRace)
            | (State::Noting { .. } | State::Becoming { .. }, Event::Overtaken) => self.again(),
            (State::Becoming { local }, Event::Noted) => {
                self.local = *local;
                self.begin()
            }
            (State::Noting { follows, mark }, Event::Noted) => {
                match follows {
                    Some(follows) => self.local.advance(&follows, mark),
                    None => self.local.mark = mark,
                }
                self.next()
            }
            (State::Forking(fork), event) => self.fork(fork, event),
            _ => self.finish(Outcome::OutOfTurn),
        }
    }

    /// While a batch is being applied: makes the next of the changes that follow it, or tells after which place to read for that.
    ///
    /// What becomes of the first is open: if the next follows something else then, it is made anew.
    pub(crate) fn look_ahead(&mut self) -> Option<i64> {
        let State::Applying { mark, .. } = self.state else { return None };
        if self.foreseen.is_some() || self.local.replay().is_some() {
            return None;
        }
        let mut unsent = self.unsent.take().filter(|unsent| unsent.follows == mark)?;
        let Some(whole) = cut(&unsent.changes, unsent.more, self.limits) else {
            let end = unsent.end();
            self.unsent = Some(unsent);
            return Some(end);
        };
        if whole > 0 {
            // What cannot be read, the push tells when it comes to it.
            let batch = Batch::new(self.local.replica, mark, self.now_ms, &unsent.changes[..whole]).ok()?;
            unsent.changes.drain(..whole);
            unsent.follows = batch.mark;
            self.foreseen = Some(batch);
        }
        self.unsent = Some(unsent);
        None
    }

    /// Takes what was read because of [`look_ahead`](Self::look_ahead).
    pub(crate) fn saw(&mut self, changes: Vec<RawChange>, more: bool) {
        if let Some(unsent) = &mut self.unsent {
            unsent.add(changes, more);
        }
    }

    /// Begins anew with what the databases say by now.
    pub(super) fn again(&mut self) -> Command {
        self.races += 1;
        if self.races >= RACES {
            return self.finish(Outcome::Raced);
        }
        self.state = State::Local;
        Command::ReadLocal
    }

    pub(super) fn begin(&mut self) -> Command {
        if mutant!(NoLedger) {
            return self.next();
        }
        self.state = State::Ledger;
        Command::ReadLedger { replica: self.local.replica }
    }

    /// Takes another name, or an old one again.
    pub(super) fn become_another(&mut self, local: Local) -> Command {
        let (replica, before) = (self.local.replica, self.local.mark);
        self.state = State::Becoming { local: Box::new(local.clone()) };
        Command::Become { replica, before, local: Box::new(local) }
    }

    fn reconcile(&mut self, ledger: Option<Mark>) -> Command {
        // Does the server still have what was pushed under the name before? A push that has just taken the new one knows.
        let asked = ledger.is_some() || self.report.forked_from.is_some() || mutant!(NoOldName);
        if let Some(before) = self.local.before.as_deref().filter(|_| !asked).cloned() {
            return self.become_another(before);
        }
        match reconcile(&self.local, ledger.as_ref()) {
            Reconciled::New => self.next(),
            Reconciled::InStep { ledger } => {
                self.local.mark = ledger;
                self.next()
            }
            Reconciled::Elsewhere { to } => {
                self.report.moved_to = Some(to);
                self.state = State::Noting { follows: None, mark: to };
                Command::MoveTo { replica: self.local.replica, before: self.local.mark, mark: to }
            }
            Reconciled::Ahead { ledger } if mutant!(NoForkCheck) => {
                self.acknowledge(self.local.mark, ledger, Acknowledged::Lost)
            }
            Reconciled::Ahead { ledger } => {
                self.state = State::Checking { ledger, changes: Vec::new() };
                self.read(self.local.mark.high_seq, Some(ledger.high_seq))
            }
            Reconciled::Forked { ledger } => self.forked(ledger),
            Reconciled::OutOfReach => self.finish(Outcome::OutOfReach),
        }
    }

    /// Begins the next batch: the one that was pushed before, where the server was set back, else a new one.
    fn next(&mut self) -> Command {
        let Local { replica, mark, .. } = self.local;
        let replays = self.local.replay().is_some();
        let follows = |batch: &Batch| (batch.replica, batch.previous) == (replica, mark);
        if let Some(batch) = self.foreseen.take().filter(|batch| !replays && follows(batch)) {
            return self.apply(batch);
        }
        let unsent = self.unsent.take().filter(|unsent| !replays && unsent.follows == mark);
        self.fill(unsent.unwrap_or_else(|| Unsent::new(mark)))
    }

    fn fill(&mut self, mut unsent: Unsent) -> Command {
        let replay = self.local.replay().copied();
        let whole = match replay {
            Some(_) => (!unsent.more).then_some(unsent.changes.len()),
            None => cut(&unsent.changes, unsent.more, self.limits),
        };
        let Some(whole) = whole else {
            let after = unsent.end();
            self.state = State::Filling { unsent };
            return self.read(after, replay.map(|mark| mark.high_seq));
        };
        if whole == 0 {
            return self.finish(if replay.is_none() { Outcome::Done } else { Outcome::OutOfReach });
        }
        let referee_ms = replay.map_or(self.now_ms, |mark| mark.referee_ms);
        match Batch::new(self.local.replica, self.local.mark, referee_ms, &unsent.changes[..whole]) {
            // The change log no longer has what it had when it was pushed first.
            Ok(batch) if replay.is_some_and(|mark| !mark.agrees(&batch.mark)) => {
                self.finish(Outcome::OutOfReach)
            }
            Ok(batch) => {
                unsent.changes.drain(..whole);
                unsent.follows = batch.mark;
                // A replay was read only up to its own end.
                self.unsent = replay.is_none().then_some(unsent);
                self.apply(batch)
            }
            Err(why) => self.finish(Outcome::BadChange { after: self.local.mark.high_seq, why }),
        }
    }

    fn apply(&mut self, batch: Batch) -> Command {
        self.state = State::Applying { mark: batch.mark, clamped: batch.clamped };
        Command::Apply(Box::new(batch))
    }

    fn checked(&mut self, ledger: Mark, changes: Vec<RawChange>, more: bool) -> Command {
        if more {
            let after = changes.last().map_or(self.local.mark.high_seq, |change| change.seq);
            self.state = State::Checking { ledger, changes };
            return self.read(after, Some(ledger.high_seq));
        }
        let digests = transactions(&changes).into_iter().map(|of| TransactionDigest::of(&changes[of]));
        let digests: Vec<_> = digests.collect();
        if self.local.mark.hash.next(ledger.batch_no, ledger.high_seq, &digests) == ledger.hash {
            self.report.recovered += 1;
            self.acknowledge(self.local.mark, ledger, Acknowledged::Lost)
        } else {
            self.forked(ledger)
        }
    }

    pub(super) fn acknowledge(&mut self, follows: Mark, mark: Mark, answer: Acknowledged) -> Command {
        self.state = State::Noting { follows: Some(follows), mark };
        let (replica, before) = (self.local.replica, self.local.mark);
        Command::Acknowledge { replica, before, follows, mark, answer }
    }

    pub(super) fn read(&self, after: i64, through: Option<i64>) -> Command {
        Command::ReadChanges { after, through, rows: self.limits.rows.max(1), bytes: self.limits.bytes }
    }

    pub(super) fn finish(&mut self, outcome: Outcome) -> Command {
        self.state = State::Ended;
        self.report.outcome = outcome;
        Command::Finish(Box::new(std::mem::take(&mut self.report)))
    }
}
