//! Kills at random moments: the short form; see `docs/SYNC.md` for the long one.

use std::process::Command;

use ominipg_test_sync_crash::program;

fn run(arguments: &[&str]) -> String {
    let output = Command::new(program()).args(arguments).output().expect("it runs");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    println!("{out}");
    out.into_owned()
}

#[test]
fn thirty_kills_of_a_client_lose_nothing_and_double_nothing() {
    let said = run(&["--kills", "30", "--check-every", "10"]);
    assert!(said.contains(" 0 too many on the server") || said.contains("left out"), "{said}");
}

#[test]
fn three_kills_of_the_server_lose_nothing_and_double_nothing() {
    run(&["--server-kills", "3"]);
}

/// That the test sees what it is for.
#[test]
fn without_the_ledger_increments_are_doubled() {
    let said = run(&["--kills", "300", "--check-every", "10", "--without-ledger"]);
    assert!(!said.contains(" 0 too many on the server"), "nothing was doubled: {said}");
}
