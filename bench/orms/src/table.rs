use std::time::Duration;

use crate::operation::Operation;
use crate::rounds::Rounds;

/// The columns: [`OURS`], the bare driver, and the others.
const TITLES: [&str; Rounds::PEERS] =
    ["ominipg direct", "tokio-postgres, bare", "sqlx", "diesel-async", "SeaORM"];

const OURS: usize = 0;
const BARE: usize = 1;

/// What a single statement may take, in times of the bare driver's.
const MOST: f64 = 1.03;

/// What was measured, a line for each operation.
#[derive(Default)]
pub struct Table(Vec<Vec<String>>);

impl Table {
    /// Adds the medians of an operation, in brackets how many times the bare driver's they are, and whether the goal is met.
    pub fn add(&mut self, operation: Operation, times: Rounds) {
        let mut cells = vec![operation.title().to_owned()];
        for peer in 0..Rounds::PEERS {
            let time = shown(times.time(peer));
            cells.push(match peer {
                BARE => time,
                _ => format!("{time} ({:.3}×)", times.ratio(peer, BARE)),
            });
        }
        let is_level = !operation.is_single() || times.ratio(OURS, BARE) <= MOST;
        let is_ahead = (BARE + 1..Rounds::PEERS).all(|peer| times.ratio(OURS, peer) <= 1.0);
        cells.push(if is_level && is_ahead { "yes" } else { "no" }.to_owned());
        self.0.push(cells);
    }

    fn lines(&self) -> Vec<Vec<String>> {
        let titles = ["what"].into_iter().chain(TITLES).chain(["met"]).map(str::to_owned);
        std::iter::once(titles.collect()).chain(self.0.iter().cloned()).collect()
    }

    /// The table in Markdown.
    pub fn markdown(&self) -> String {
        let mut lines = self.lines().into_iter().map(|cells| format!("| {} |\n", cells.join(" | ")));
        let titles = lines.next().unwrap_or_default();
        titles + &format!("| --- |{} --- |\n", " ---: |".repeat(Rounds::PEERS)) + &lines.collect::<String>()
    }

    /// The table for a terminal.
    pub fn plain(&self) -> String {
        let lines = self.lines();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let line = |cells: &Vec<String>| {
            let padded = cells.iter().enumerate().map(|(column, cell)| format!("{cell:<0$}", width(column)));
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
        };
        lines.iter().map(line).collect()
    }
}

fn shown(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 1_000.0 { format!("{micros:.1} µs") } else { format!("{:.2} ms", micros / 1e3) }
}
