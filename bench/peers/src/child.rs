//! A peer in a process of its own: one may take over its process's folder, standard input and signals, and none is to
//! pay for another's memory.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Result;
use crate::database::Database;
use crate::flights::Flights;
use crate::memory::{self, Stage};
use crate::operation::Operation;
use crate::peer::Peer;
use crate::user;

/// Says on the command line that this is such a process.
pub const FLAG: &str = "--child";

/// What a figure begins with, for peers print lines of their own.
pub const ANSWER: &str = "figure: ";

/// What such a process does.
pub enum Task {
    /// Opens a database, says so, and ends.
    Fresh(Peer, String),
    /// Tells its memory.
    Memory(Stage, Peer, String),
    /// Times operations as it is told over a connection to this address.
    Serve(Peer, String, PathBuf, String),
}

impl Task {
    /// The task of that name; `more` is what only serving needs: an address and a folder.
    pub fn new(task: &str, peer: Peer, place: String, more: String) -> Result<Self> {
        Ok(match task {
            "fresh" => Self::Fresh(peer, place),
            "serve" => {
                let (address, folder) = more.split_once(' ').ok_or("an address and a folder are needed")?;
                Self::Serve(peer, place, folder.into(), address.to_owned())
            }
            stage => Self::Memory(Stage::named(stage)?, peer, place),
        })
    }

    /// Does it.
    pub async fn run(self) -> Result<()> {
        match self {
            Self::Fresh(peer, place) => {
                let start = Instant::now();
                let database = Database::open(peer, &place).await?;
                // A line at once: who reads it stops a clock.
                println!("{ANSWER}{}", start.elapsed().as_nanos());
                database.close().await
            }
            Self::Memory(stage, peer, place) => memory::measure(peer, &place, stage).await,
            Self::Serve(peer, place, flights, address) => serve(peer, &place, &flights, &address).await,
        }
    }
}

/// The command that starts a child.
pub fn command(task: &str, peer: Peer, place: &str, more: &str) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([FLAG, task, peer.name(), place, more]);
    if peer == Peer::Pglite {
        // Its initdb refuses to run as root.
        user::become_other(&mut command)?;
    }
    Ok(command)
}

/// Starts a process that opens a database: the time to its first answer, and what the opening alone took in it.
pub fn fresh(peer: Peer, place: &str) -> Result<(Duration, Duration)> {
    let mut command = command("fresh", peer, place, "")?;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let start = Instant::now();
    let mut child = command.spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("the child has no output")?).lines();
    let opened = lines.by_ref().find_map(|line| line.ok()?.split_once(ANSWER)?.1.parse().ok());
    let time = start.elapsed();
    // The rest is read too, so that the child can write it.
    lines.for_each(drop);
    let output = child.wait_with_output()?;
    let opened = opened.ok_or_else(|| {
        format!("{} does not open: {}", peer.title(), String::from_utf8_lossy(&output.stderr).trim())
    })?;
    Ok((time, Duration::from_nanos(opened)))
}

/// A child that times operations.
pub struct Served {
    peer: Peer,
    process: Child,
    orders: TcpStream,
    answers: BufReader<TcpStream>,
}

impl Served {
    /// Starts it, and waits until its tables are made.
    pub fn start(peer: Peer, place: &str, flights: &std::path::Path) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let more = format!("{} {}", listener.local_addr()?, flights.display());
        let mut process = command("serve", peer, place, &more)?.stdout(Stdio::piped()).spawn()?;
        // pglite-rs ends where its output is no pipe, and waits where nobody reads it.
        let mut output = process.stdout.take().ok_or("the child has no output")?;
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        listener.set_nonblocking(true)?;
        let orders = loop {
            match listener.accept() {
                Ok((orders, _)) => break orders,
                Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => return Err(error.into()),
                Err(_) if process.try_wait()?.is_some() => {
                    return Err(format!("{} does not open", peer.title()).into());
                }
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        orders.set_nonblocking(false)?;
        orders.set_nodelay(true)?;
        let answers = BufReader::new(orders.try_clone()?);
        let mut served = Self { peer, process, orders, answers };
        served.answer()?;
        served.signal("-STOP")?;
        Ok(served)
    }

    /// Stops pglite-rs while it is not asked, for it has a thread that is busy while it waits. Nobody else: what a stopped
    /// process has in memory and in caches is soon taken away.
    fn signal(&self, signal: &str) -> Result<()> {
        if self.peer != Peer::Pglite {
            return Ok(());
        }
        let status = Command::new("kill").args([signal, &self.process.id().to_string()]).status()?;
        if status.success() { Ok(()) } else { Err(format!("{} is gone", self.peer.title()).into()) }
    }

    /// The median time of some calls.
    pub fn time(&mut self, operation: Operation, calls: usize) -> Result<Duration> {
        self.signal("-CONT")?;
        writeln!(self.orders, "{} {calls}", operation.name())?;
        let answer = self.answer()?;
        self.signal("-STOP")?;
        Ok(Duration::from_nanos(answer.parse()?))
    }

    fn answer(&mut self) -> Result<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        match line.trim().split_once(' ') {
            Some(("done", answer)) => Ok(answer.to_owned()),
            Some((_, error)) => Err(format!("{}: {error}", self.peer.title()).into()),
            None => Err(format!("{} is gone", self.peer.title()).into()),
        }
    }

    /// Ends it.
    pub fn close(mut self) -> Result<()> {
        self.signal("-CONT")?;
        self.orders.shutdown(Shutdown::Both)?;
        match self.process.wait()? {
            status if status.success() => Ok(()),
            status => Err(format!("{} ended with {status}", self.peer.title()).into()),
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Who is stopped would never find out that nobody asks any more.
        let _ = self.signal("-CONT");
    }
}

/// Times operations for the parent until it closes the connection.
async fn serve(peer: Peer, place: &str, flights: &std::path::Path, address: &str) -> Result<()> {
    let mut answers = TcpStream::connect(address)?;
    answers.set_nodelay(true)?;
    let orders = BufReader::new(answers.try_clone()?);
    let (mut database, flights) = match begin(peer, place, flights).await {
        Ok(begun) => begun,
        Err(error) => return Ok(writeln!(answers, "{}", failed(&*error))?),
    };
    writeln!(answers, "done 0")?;
    for order in orders.lines() {
        let order = order?;
        let (name, calls) = order.split_once(' ').ok_or("an order is an operation and a number")?;
        let operation = Operation::named(name)?;
        match operation.time(peer, place, &mut database, &flights, calls.parse()?).await {
            Ok(time) => writeln!(answers, "done {}", time.as_nanos())?,
            Err(error) => writeln!(answers, "{}", failed(&*error))?,
        }
    }
    database.close().await
}

async fn begin(peer: Peer, place: &str, flights: &std::path::Path) -> Result<(Database, Flights)> {
    let flights = Flights::read(flights)?;
    let mut database = Database::open(peer, place).await?;
    if !database.has_tables().await? {
        database.create_tables().await?;
    }
    database.fill().await?;
    Ok((database, flights))
}

/// An error with its causes, in one line.
fn failed(error: &dyn std::error::Error) -> String {
    let mut line = format!("failed {error}");
    let mut source = error.source();
    while let Some(error) = source {
        // Writing to a string does not fail.
        let _ = write!(line, ": {error}");
        source = error.source();
    }
    line.replace('\n', " ")
}
