use std::fmt::Write;
use std::time::Duration;

use crate::memory::Stage;
use crate::operation::Operation;
use crate::peer::Peer;

/// The Markdown table: medians, and in brackets how many times the first peer's they are.
pub fn render(peers: &[Peer], times: &[Vec<Duration>], memory: &[Vec<u64>]) -> String {
    let mut out = String::from("| what |");
    for peer in peers {
        let _ = write!(out, " {} |", peer.title());
    }
    let _ = write!(out, "\n| --- |{}\n", " ---: |".repeat(peers.len()));
    for (operation, times) in Operation::ALL.iter().zip(times) {
        let seconds: Vec<f64> = times.iter().map(Duration::as_secs_f64).collect();
        line(&mut out, operation.title(), &seconds, |seconds| match operation.rows() {
            Some(rows) => format!("{}, {} rows/s", time(seconds), grouped(rows as f64 / seconds)),
            None => time(seconds),
        });
    }
    for (stage, sizes) in Stage::ALL.iter().zip(memory) {
        let sizes: Vec<f64> = sizes.iter().map(|size| *size as f64 / 1024.0).collect();
        line(&mut out, stage.title(), &sizes, |size| format!("{size:.1} MiB"));
    }
    out
}

fn line(out: &mut String, title: &str, values: &[f64], show: impl Fn(f64) -> String) {
    let _ = write!(out, "| {title} |");
    for (place, value) in values.iter().enumerate() {
        let _ = write!(out, " {}", show(*value));
        if place > 0 && values[0] > 0.0 {
            let _ = write!(out, " ({:.2}×)", value / values[0]);
        }
        out.push_str(" |");
    }
    out.push('\n');
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
