//! The programs as they are run.

use std::process::Command;

fn run(program: &str) -> String {
    let output = Command::new(program).output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it is UTF-8")
}

#[test]
fn sqlx_works_beside_generated_code() {
    let printed = run(env!("CARGO_BIN_EXE_serve-sqlx"));
    let wanted =
        "sqlx: Engines has 1 tags\nsqlx: Notes has 0 tags\nominipg: Engines [rust]\nominipg: Notes []\n";
    assert_eq!(printed, wanted);
}

#[test]
fn diesel_works_beside_generated_code() {
    let printed = run(env!("CARGO_BIN_EXE_serve-diesel"));
    assert_eq!(printed, "diesel: Engines is about rust\nominipg: Engines [rust]\nominipg: Notes []\n");
}
