use super::super::{Command, Event, Limits, Push, Report};
use super::replica::Replica;
use super::server::Server;

/// A push that is under way.
pub(super) struct Run {
    /// Which replica's.
    pub(super) who: usize,
    push: Push,
    command: Command,
    limits: Limits,
}

/// What became of a step.
pub(super) enum Step {
    /// There is more to do.
    Goes,
    /// It is over.
    Ended(Box<Report>),
}

impl Run {
    pub(super) fn new(who: usize, replica: &Replica, limits: Limits) -> Self {
        let (push, command) = Push::new(replica.local.clone(), limits);
        Self { who, push, command, limits }
    }

    /// Does what the push asks for. Whoever drops the run then has lost the answer, if `deliver` is false.
    pub(super) fn step(
        &mut self,
        replica: &mut Replica,
        server: &mut Server,
        now_ms: u64,
        deliver: bool,
    ) -> Result<Step, String> {
        let event = match &self.command {
            Command::ReadLedger { replica } => Event::Ledger { mark: server.ledger(*replica), now_ms },
            Command::ReadChanges { after, through, rows, .. } => {
                let (changes, more) = replica.read(*after, *through, *rows);
                Event::Changes { changes, more }
            }
            Command::ReadPushed { replica, from } => Event::Pushed(server.pushed(*replica, *from)),
            Command::Apply(batch) => {
                // Every other time what follows is read meanwhile, and may not be what follows when the answer comes.
                while batch.mark.high_seq % 2 == 0
                    && let Some(after) = self.push.look_ahead()
                {
                    let (changes, more) = replica.read(after, None, self.limits.rows);
                    self.push.saw(changes, more);
                }
                server.apply(batch)?.map_or(Event::LostRace, |conflicts| Event::Applied { conflicts })
            }
            Command::ReadLocal => Event::Local(replica.local.clone()),
            Command::Acknowledge { replica: name, before, follows, mark, .. } => {
                replica.note(*name, before, |local| local.advance(follows, *mark))
            }
            Command::MoveTo { replica: name, before, mark } => {
                replica.note(*name, before, |local| local.mark = *mark)
            }
            Command::Become { replica: old, before, local } => {
                replica.note(*old, before, |own| own.clone_from(local))
            }
            Command::Finish(report) => return Ok(Step::Ended(report.clone())),
        };
        if deliver {
            self.command = self.push.handle(event);
        }
        Ok(Step::Goes)
    }
}

/// Pushes until the end, without faults.
pub(super) fn sync(
    who: usize,
    replica: &mut Replica,
    server: &mut Server,
    limits: Limits,
    now_ms: u64,
) -> Result<Box<Report>, String> {
    let mut run = Run::new(who, replica, limits);
    for _ in 0..10_000 {
        match run.step(replica, server, now_ms, true)? {
            Step::Goes => {}
            Step::Ended(report) => return Ok(report),
        }
    }
    Err("a push does not end".to_owned())
}
