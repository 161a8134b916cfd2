//! How long `cargo check` takes for generated code: `cargo run --release -p ominipg-bench-codegen -- 5 50 200`.
//!
//! For each number of tables a crate is generated and checked, with all that it depends on checked before; what a table costs
//! is the difference to the first number.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use ominipg_bench_codegen::{Folder, schemas};
use ominipg_codegen::{Crate, generate};

/// Each crate is checked so many times, and the fastest counts: others only add to it.
const ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut counts: Vec<usize> = env::args().skip(1).map(|text| text.parse()).collect::<Result<_, _>>()?;
    if counts.is_empty() {
        counts = vec![5, 50, 200];
    }
    println!("| tables | lines | `cargo check` | a table beyond the first row's |");
    println!("| ---: | ---: | ---: | ---: |");
    let mut first: Option<(usize, Duration)> = None;
    for tables in counts {
        let (lines, time) = measure(tables)?;
        let slope = first.filter(|(least, _)| tables > *least).map_or_else(
            || "–".to_owned(),
            |(least, before)| {
                let beyond = time.saturating_sub(before).as_secs_f64() * 1000.0;
                format!("{:.1} ms", beyond / (tables - least) as f64)
            },
        );
        println!("| {tables} | {lines} | {:.0} ms | {slope} |", time.as_secs_f64() * 1000.0);
        first.get_or_insert((tables, time));
    }
    Ok(())
}

/// The lines of code, and the time of the fastest check.
fn measure(tables: usize) -> Result<(usize, Duration), Box<dyn Error>> {
    let folder = Folder::new(&format!("check-{tables}"))?;
    let (input, out) = (folder.path().join("schemas"), folder.path().join("crate"));
    fs::create_dir_all(&input)?;
    schemas(&input, tables)?;
    let output = generate(&input)?;
    let ominipg = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    output.write_crate(&out, &Crate::new("measured").ominipg_path(ominipg))?;
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock"), out.join("Cargo.lock"))?;
    let lines = output.files().iter().map(|file| file.text.lines().count()).sum();
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
