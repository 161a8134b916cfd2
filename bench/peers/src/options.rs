use std::path::PathBuf;

use crate::Result;
use crate::child::{self, Task as ChildTask};
use crate::flights;
use crate::peer::Peer;

/// What this process does.
pub enum Task {
    /// Compares all peers.
    Compare(Options),
    /// Is one of them.
    Child(ChildTask),
}

/// How the comparison is made.
pub struct Options {
    /// How often the peers take turns.
    pub rounds: usize,
    /// Whether only few calls are made.
    pub quick: bool,
    /// Whether the table is printed as Markdown.
    pub markdown: bool,
    /// The folder with the flights.
    pub flights: PathBuf,
}

/// Reads the command line.
pub fn read(mut arguments: impl Iterator<Item = String>) -> Result<Task> {
    let mut options = Options { rounds: 0, quick: false, markdown: false, flights: flights::SAMPLE.into() };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => options.quick = true,
            "--markdown" => options.markdown = true,
            "--flights" => {
                options.flights = arguments.next().ok_or("--flights needs a folder behind it")?.into()
            }
            "--rounds" => {
                let rounds =
                    arguments.next().and_then(|rounds| rounds.parse().ok()).filter(|rounds| *rounds > 0);
                options.rounds = rounds.ok_or("--rounds needs a number above 0 behind it")?;
            }
            child::FLAG => {
                let mut next = || arguments.next().ok_or("a task, a peer, a place and more are needed");
                let (task, peer, place, more) = (next()?, next()?, next()?, next()?);
                return Ok(Task::Child(ChildTask::new(&task, Peer::named(&peer)?, place, more)?));
            }
            other => {
                let known = "--rounds N, --quick, --markdown and --flights FOLDER";
                return Err(format!("unknown option {other}; there are {known}").into());
            }
        }
    }
    if options.rounds == 0 {
        options.rounds = if options.quick { 1 } else { 5 };
    }
    // The children may have another folder.
    options.flights = std::path::absolute(&options.flights)?;
    Ok(Task::Compare(options))
}
