//! When there is time to vacuum: nobody has asked anything for a while, and statements ran since the last time.

use std::time::{Duration, Instant};

use super::{State, Switchboard};

/// How long nobody may have asked anything.
const QUIET: Duration = Duration::from_secs(1);

/// How far vacuuming is.
#[derive(Debug, Default)]
pub(super) struct Vacuum {
    stage: Stage,
    /// How many statements had begun at the last look.
    seen: u64,
    /// Since when there are no more.
    quiet_since: Option<Instant>,
    /// How many had begun when it ran last.
    done: u64,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    #[default]
    Idle,
    /// It is to begin at the next change of turns.
    Asked,
    Running,
}

/// What a look finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::embedded) enum VacuumTime {
    /// Nothing ran since the last time, or a client is at work: who runs next will look again.
    Never,
    /// It is not quiet for long enough.
    Later,
    Now,
}

impl Switchboard {
    /// Looks whether it is time to vacuum, and asks for it where it is.
    pub(in crate::embedded) fn time_to_vacuum(&self) -> VacuumTime {
        let mut state = self.state();
        let in_use = state.is_wanted() || state.own.is_some() || state.current_is_busy();
        let statements = state.statements;
        let vacuum = &mut state.vacuum;
        if vacuum.stage == Stage::Asked {
            return VacuumTime::Later;
        }
        if in_use || statements == vacuum.done || vacuum.stage == Stage::Running {
            vacuum.quiet_since = None;
            return VacuumTime::Never;
        }
        let now = Instant::now();
        let since = match vacuum.quiet_since {
            Some(since) if vacuum.seen == statements => since,
            _ => *vacuum.quiet_since.insert(now),
        };
        vacuum.seen = statements;
        if now.duration_since(since) < QUIET {
            return VacuumTime::Later;
        }
        vacuum.stage = Stage::Asked;
        VacuumTime::Now
    }

    /// Takes what was asked for.
    pub(in crate::embedded) fn take_vacuum(&self) -> bool {
        let mut state = self.state();
        let asked = state.vacuum.stage == Stage::Asked;
        if asked {
            state.vacuum.stage = Stage::Running;
        }
        asked
    }

    /// Notes that it is over; what a client interrupted is taken up when it is quiet again.
    pub(in crate::embedded) fn end_vacuum(&self, complete: bool) {
        let mut state = self.state();
        state.vacuum.stage = Stage::Idle;
        state.vacuum.quiet_since = None;
        if complete {
            state.vacuum.done = state.statements;
        }
    }

    /// Whether anybody wants PostgreSQL, for whom a vacuum makes way.
    pub(in crate::embedded) fn is_wanted(&self) -> bool {
        self.state().is_wanted()
    }
}

impl State {
    /// Whether a vacuum is to begin.
    pub(super) fn has_vacuum(&self) -> bool {
        self.vacuum.stage == Stage::Asked
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.closing || !self.waiting.is_empty() || !self.copies.is_empty() || !self.leaving.is_empty()
    }

    fn current_is_busy(&self) -> bool {
        self.current
            .and_then(|id| self.lines.get(&id))
            .is_some_and(|line| !line.is_idle() || line.has_whole())
    }
}
