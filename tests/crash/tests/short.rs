//! The short form; see `docs/DURABILITY.md` for the long one.

use std::process::Command;

fn run(arguments: &[&str]) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_ominipg-test-crash")).args(arguments).output().expect("it runs");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    println!("{out}");
}

#[test]
fn twenty_kills_lose_nothing() {
    run(&["--kills", "20"]);
}

#[test]
fn twenty_kills_of_a_relaxed_database_lose_its_end_at_most() {
    run(&["--kills", "20", "--relaxed"]);
}
