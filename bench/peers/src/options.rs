use crate::Result;
use crate::memory::{self, Stage};
use crate::peer::Peer;

/// What this process does.
pub enum Task {
    /// Compares all peers.
    Compare(Options),
    /// Measures the memory of one, in a process of its own.
    Measure(Peer, Stage),
}

/// How long the comparison takes.
pub struct Options {
    /// How often the peers take turns.
    pub rounds: usize,
    /// Whether only few calls are made.
    pub quick: bool,
}

/// Reads the command line.
pub fn read(mut arguments: impl Iterator<Item = String>) -> Result<Task> {
    let mut options = Options { rounds: 0, quick: false };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => options.quick = true,
            "--rounds" => {
                let rounds =
                    arguments.next().and_then(|rounds| rounds.parse().ok()).filter(|rounds| *rounds > 0);
                options.rounds = rounds.ok_or("--rounds needs a number above 0 behind it")?;
            }
            memory::FLAG => {
                let (peer, stage) = (arguments.next(), arguments.next());
                let (Some(peer), Some(stage)) = (peer, stage) else {
                    return Err("a peer and a stage are needed".into());
                };
                return Ok(Task::Measure(Peer::named(&peer)?, Stage::named(&stage)?));
            }
            other => return Err(format!("unknown option {other}; there are --rounds N and --quick").into()),
        }
    }
    if options.rounds == 0 {
        options.rounds = if options.quick { 1 } else { 5 };
    }
    Ok(Task::Compare(options))
}
