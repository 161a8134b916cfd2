//! The parent: starts a victim, kills it, and looks what is left.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::sleep;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::line::{Line, What};
use crate::numbers::Numbers;
use crate::report::Report;
use crate::scratch::Scratch;
use crate::{Arguments, check};

/// What a commit with relaxed durability may wait for the disk while others are acknowledged: a transaction that began later
/// is not acknowledged before it is on disk, however busy the machine is.
const WINDOW: Duration = Duration::from_millis(100);
/// How long it may wait where nothing else is asked, in time that the victim had on the machine and the disk: the same, and
/// what the thread that comes for it, and the sync, take.
const OLDEST_LOSS: Duration = Duration::from_millis(300);
/// The most that counts between two signs of life: what is longer, somebody else had the machine, or a statement ran.
const LONGEST_SIGN: Duration = Duration::from_millis(50);
/// A victim that has not opened the database by then never will.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is known of the database from what its victims told.
struct Known {
    /// The last transaction that was acknowledged or seen.
    last: i64,
    /// Kills since then: each may have left one more transaction.
    kills: i64,
    /// What the last victim told since it had opened the database.
    told: Vec<Line>,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<(), String> {
    let seed = arguments.seed.unwrap_or_else(Numbers::seed);
    let mut numbers = Numbers::new(seed);
    let scratch = Scratch::new(arguments)?;
    let start = Instant::now();
    let mut report = Report::default();
    check::prepare(scratch.path(), arguments.relaxed).await?;
    let mut known = Known { last: 0, kills: 0, told: Vec::new() };
    let progress = progress(arguments.kills);
    let wrong = |report: &Report, what: String| {
        format!("after {} kills (seed {seed}, in {}): {what}", report.kills, scratch.path().display())
    };
    while report.kills < arguments.kills {
        kill_one(arguments, scratch.path(), &mut numbers, &mut known, &mut report)
            .map_err(|what| wrong(&report, what))?;
        // Where nobody looks, the next victim finds what the last one left, and may be killed over its recovery.
        if numbers.below(3) == 0 || report.kills == arguments.kills {
            let last = check::check(scratch.path(), arguments.relaxed).await;
            last.and_then(|last| known.compare(last, arguments.relaxed, &mut report))
                .map_err(|what| wrong(&report, what))?;
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    report.took = start.elapsed();
    print!("{report}");
    scratch.remove();
    Ok(())
}

fn progress(kills: u32) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} kills, {eta} left");
    ProgressBar::new(kills.into()).with_style(style.expect("the template is valid"))
}

/// Starts a victim, kills it after a while, and takes down what it said.
fn kill_one(
    arguments: &Arguments,
    folder: &Path,
    numbers: &mut Numbers,
    known: &mut Known,
    report: &mut Report,
) -> Result<(), String> {
    let mut victim = spawn(arguments, folder)?;
    let lines = read(&mut victim);
    let mut said = Vec::new();
    // A third of them while the database opens; the others under load, some of them soon after it opened.
    let life = match numbers.below(3) {
        0 => numbers.below(200),
        1 => numbers.below(100),
        _ => numbers.below(1200),
    };
    if numbers.below(3) > 0 {
        said.extend(lines.recv_timeout(PATIENCE));
    }
    sleep(Duration::from_millis(life));
    let ended = victim.try_wait().map_err(|error| error.to_string())?;
    victim.kill().and_then(|()| victim.wait()).map_err(|error| error.to_string())?;
    said.extend(lines);
    if let Some(status) = ended {
        return Err(format!("the victim ended by itself: {status}"));
    }
    report.kills += 1;
    known.kills += 1;
    if said.is_empty() {
        report.while_opening += 1;
    }
    for said in said {
        let line = Line::parse(&said);
        match line {
            Some(Line { what: What::Open, number, .. }) => {
                known.kills -= 1;
                known.compare(number, arguments.relaxed, report)?;
                known.kills = 1;
            }
            Some(Line { what: What::Done, number, .. }) if number == known.last + 1 => {
                known.last = number;
                report.acknowledged += 1;
            }
            Some(Line { what: What::Alive, .. }) => {}
            _ => return Err(format!("the victim said {said:?} after transaction {}", known.last)),
        }
        known.told.extend(line);
    }
    Ok(())
}

impl Known {
    /// Compares what is known with the last transaction that is there.
    fn compare(&mut self, last: i64, relaxed: bool, report: &mut Report) -> Result<(), String> {
        if last > self.last + self.kills {
            return Err(format!(
                "transaction {last} is there, {} was the last that could be, with {} under way",
                self.last, self.kills
            ));
        }
        if last < self.last && !relaxed {
            return Err(format!(
                "transaction {} was acknowledged, {last} is the last that is there",
                self.last
            ));
        }
        report.unacknowledged_kept += u64::try_from(last - self.last).unwrap_or(0);
        let is_lost = |line: &&Line| line.what == What::Done && line.number > last;
        if let Some(first) = self.told.iter().find(is_lost) {
            let age = self.age(first);
            let window = self
                .told
                .iter()
                .rfind(is_lost)
                .map_or(Duration::ZERO, |line| line.begun.saturating_sub(first.done));
            report.with_loss += 1;
            report.lost += u64::try_from(self.last - last).unwrap_or(0);
            report.oldest_lost = report.oldest_lost.max(age);
            report.longest_window = report.longest_window.max(window);
            if window > WINDOW {
                return Err(format!(
                    "transaction {} was lost with one that began {window:?} after it was acknowledged",
                    first.number
                ));
            }
            if age > OLDEST_LOSS {
                return Err(format!(
                    "transaction {} was lost {age:?} after it was acknowledged",
                    first.number
                ));
            }
        } else if last < self.last {
            return Err(format!("transaction {} was there before, {last} is the last now", self.last));
        }
        self.last = last;
        self.kills = 0;
        self.told.clear();
        Ok(())
    }

    /// How much time the victim is known to have had since a transaction was acknowledged.
    fn age(&self, transaction: &Line) -> Duration {
        let later = self.told.iter().map(|line| line.done).filter(|done| *done >= transaction.done);
        let later: Vec<Duration> = later.collect();
        later.windows(2).map(|pair| (pair[1] - pair[0]).min(LONGEST_SIGN)).sum()
    }
}

fn spawn(arguments: &Arguments, folder: &Path) -> Result<Child, String> {
    let program = std::env::current_exe().map_err(|error| format!("this program has no path: {error}"))?;
    let mut command = Command::new(program);
    command.arg("--victim").arg("--folder").arg(folder);
    if arguments.relaxed {
        command.arg("--relaxed");
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command.spawn().map_err(|error| format!("the victim does not start: {error}"))
}

/// What a victim says, until it is gone.
fn read(victim: &mut Child) -> Receiver<String> {
    let out = victim.stdout.take().expect("it is piped");
    let (send, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            // Who has gone no longer counts.
            let _ = send.send(line);
        }
    });
    lines
}
