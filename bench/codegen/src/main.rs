//! How long `cargo check` takes for generated code: `cargo run --release -p ominipg-bench-codegen -- 5 50 200`.
//!
//! For each number of tables a crate is generated and checked, with all that it depends on checked before; what a table costs
//! is the difference to the first number. With `--peers`, the same for tables of diesel and of SeaORM.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fmt, fs};

use ominipg_bench_codegen::{Folder, Peer, schemas};
use ominipg_codegen::{Crate, generate};

/// Each crate is checked so many times, and the fastest counts: others only add to it.
const ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let (mut counts, mut writers) = (Vec::new(), vec![Writer::Ominipg]);
    for argument in env::args().skip(1) {
        match argument.as_str() {
            "--peers" => writers.extend([Writer::Peer(Peer::Diesel), Writer::Peer(Peer::SeaOrm)]),
            count => counts.push(count.parse()?),
        }
    }
    if counts.is_empty() {
        counts = vec![5, 50, 200];
    }
    println!("| code for | tables | lines | `cargo check` | a table beyond the first row's |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for writer in writers {
        let mut first: Option<(usize, Duration)> = None;
        for &tables in &counts {
            let (lines, taken) = measure(writer, tables)?;
            let slope = first.filter(|(least, _)| tables > *least).map_or_else(
                || "–".to_owned(),
                |(least, before)| {
                    let beyond = taken.saturating_sub(before).as_secs_f64() * 1000.0;
                    format!("{:.1} ms", beyond / (tables - least) as f64)
                },
            );
            let time = taken.as_secs_f64() * 1000.0;
            println!("| {writer} | {tables} | {lines} | {time:.0} ms | {slope} |");
            first.get_or_insert((tables, taken));
        }
    }
    Ok(())
}

/// Who writes the code.
#[derive(Clone, Copy)]
enum Writer {
    Ominipg,
    Peer(Peer),
}

impl fmt::Display for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ominipg => "ominipg",
            Self::Peer(Peer::Diesel) => "diesel",
            Self::Peer(Peer::SeaOrm) => "sea-orm",
        })
    }
}

/// The lines of code, and the time of the fastest check.
fn measure(writer: Writer, tables: usize) -> Result<(usize, Duration), Box<dyn Error>> {
    let folder = Folder::new(&format!("check-{tables}"))?;
    let out = folder.path().join("crate");
    let lines = match writer {
        Writer::Ominipg => write_ominipg(folder.path(), &out, tables)?,
        Writer::Peer(peer) => peer.write_crate(&out, tables)?,
    };
    check(&out)?;
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        // A newer root is a changed crate.
        let root = out.join("src/lib.rs");
        fs::write(&root, fs::read(&root)?)?;
        best = best.min(check(&out)?);
    }
    Ok((lines, best))
}

fn write_ominipg(folder: &Path, out: &Path, tables: usize) -> Result<usize, Box<dyn Error>> {
    let input = folder.join("schemas");
    fs::create_dir_all(&input)?;
    schemas(&input, tables)?;
    let output = generate(&input)?;
    let ominipg = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    output.write_crate(out, &Crate::new("measured").ominipg_path(ominipg))?;
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock"), out.join("Cargo.lock"))?;
    Ok(output.files().iter().map(|file| file.text.lines().count()).sum())
}

fn check(manifest: &Path) -> Result<Duration, Box<dyn Error>> {
    let target = env::temp_dir().join("ominipg-bench-check");
    let start = Instant::now();
    let done = Command::new(env!("CARGO"))
        .args(["check", "--quiet"])
        .current_dir(manifest)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_INCREMENTAL", "0")
        .output()?;
    let time = start.elapsed();
    if done.status.success() { Ok(time) } else { Err(String::from_utf8_lossy(&done.stderr).into()) }
}
