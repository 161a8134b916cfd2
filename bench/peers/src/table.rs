use std::time::Duration;

use crate::memory::Stage;
use crate::operation::Operation;
use crate::peer::Peer;

/// What was measured, a line for each measurement.
pub struct Table(Vec<Vec<String>>);

impl Table {
    /// Medians, and in brackets how many times the first peer's they are; then the goals of the first peer.
    pub fn new(
        peers: &[(Peer, String)],
        times: &[Vec<Duration>],
        memory: &[Vec<Option<u64>>],
        flights: usize,
    ) -> Self {
        let mut heading = vec!["what".to_owned()];
        heading.extend(peers.iter().map(|(peer, _)| peer.title().to_owned()));
        heading.extend(["goal".to_owned(), "met".to_owned()]);
        let mut lines = vec![heading];
        for (operation, times) in Operation::ALL.iter().zip(times) {
            let rows = operation.rows(flights);
            let title = match operation {
                Operation::Copy | Operation::Create => format!("{}, {flights} rows", operation.title()),
                _ => operation.title().to_owned(),
            };
            let seconds: Vec<_> = times.iter().map(|time| Some(time.as_secs_f64())).collect();
            let goal = operation.goal(flights).map(|goal| goal.as_secs_f64());
            lines.push(line(title, &seconds, goal, |seconds| match rows {
                Some(rows) => format!("{}, {} rows/s", time(seconds), grouped(rows as f64 / seconds)),
                None => time(seconds),
            }));
        }
        for (stage, sizes) in Stage::ALL.iter().zip(memory) {
            let sizes: Vec<_> = sizes.iter().map(|size| size.map(|size| size as f64 / 1024.0)).collect();
            lines.push(line(stage.title().to_owned(), &sizes, stage.goal(), |size| format!("{size:.1} MiB")));
        }
        Self(lines)
    }

    /// The table in Markdown.
    pub fn markdown(&self) -> String {
        let line = |cells: &Vec<String>| format!("| {} |\n", cells.join(" | "));
        let columns = self.0[0].len();
        let rule = format!("| --- |{}\n", " ---: |".repeat(columns - 1));
        line(&self.0[0]) + &rule + &self.0[1..].iter().map(line).collect::<String>()
    }

    /// The table for a terminal.
    pub fn plain(&self) -> String {
        let widths: Vec<usize> = (0..self.0[0].len())
            .map(|column| self.0.iter().map(|line| line[column].chars().count()).max().unwrap_or(0))
            .collect();
        let line = |cells: &Vec<String>| {
            let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
        };
        self.0.iter().map(line).collect()
    }
}

fn line(
    title: String,
    values: &[Option<f64>],
    goal: Option<f64>,
    show: impl Fn(f64) -> String,
) -> Vec<String> {
    let first = values[0].filter(|first| *first > 0.0);
    let mut cells = vec![title];
    for (place, value) in values.iter().enumerate() {
        cells.push(match (value, first) {
            (None, _) => "–".to_owned(),
            (Some(value), Some(first)) if place > 0 => format!("{} ({:.2}×)", show(*value), value / first),
            (Some(value), _) => show(*value),
        });
    }
    cells.push(goal.map_or("–".to_owned(), &show));
    cells.push(match (goal, values[0]) {
        (Some(goal), Some(value)) => if value <= goal { "yes" } else { "no" }.to_owned(),
        _ => "–".to_owned(),
    });
    cells
}

fn time(seconds: f64) -> String {
    if seconds < 0.001 { format!("{:.1} µs", seconds * 1e6) } else { format!("{:.2} ms", seconds * 1e3) }
}

/// A number to three digits, its thousands apart.
fn grouped(number: f64) -> String {
    let thousands = (number / 1000.0).round() as u64;
    match thousands {
        0 => format!("{number:.0}"),
        1..1000 => format!("{thousands},000"),
        _ => format!("{},{:03},000", thousands / 1000, thousands % 1000),
    }
}
