//! PostgreSQL's own programs, where the machine has them.

use std::process::{Output, Stdio};

use ominipg_test_support::find_program;
use tokio::process::Command;

use crate::{PASSWORD, Served};

/// Runs a program on the database; says that the test is left out where there is none.
async fn run(program: &str, served: &Served, arguments: &[&str]) -> Option<Output> {
    let Some(path) = find_program(program) else {
        println!("left out: needs `{program}`");
        return None;
    };
    let address = served.server.local_addr().expect("it has an address");
    let mut command = Command::new(path);
    command.env("PGHOST", address.ip().to_string()).env("PGPORT", address.port().to_string());
    command.env("PGUSER", "postgres").env("PGPASSWORD", PASSWORD).env("PGDATABASE", "postgres");
    let output = command.args(arguments).stdin(Stdio::null()).output().await.expect("it runs");
    assert!(output.status.success(), "{output:?}");
    Some(output)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn psql_queries_describes_and_copies() {
    let served = Served::new().await;
    let made = "CREATE TABLE planets (name text PRIMARY KEY, moons int4)";
    let Some(_) = run("psql", &served, &["-Xqc", made]).await else { return };
    let copied = [
        "-Xq",
        "-c",
        "COPY (SELECT 'Mars', 2) TO STDOUT",
        "-c",
        "INSERT INTO planets VALUES ('Mars', 2), ('Earth', 1)",
        "-c",
        "COPY planets TO STDOUT",
    ];
    let output = run("psql", &served, &copied).await.expect("psql is there");
    assert_eq!(said(&output), "Mars\t2\nMars\t2\nEarth\t1\n");
    let output =
        run("psql", &served, &["-Xc", r"\d planets", "-c", r"\conninfo"]).await.expect("psql is there");
    assert!(said(&output).contains("planets_pkey"), "{output:?}");
    assert_eq!(served.count("planets").await, 2);
    served.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_programs_work_at_once() {
    let served = Served::new().await;
    served.db.batch_execute("CREATE TABLE ticks (n int4)").await.expect("it is created");
    let insert = "INSERT INTO ticks SELECT generate_series(1, 100)";
    let arguments = ["-Xqc", insert];
    let (one, two, three) = tokio::join!(
        run("psql", &served, &arguments),
        run("psql", &served, &arguments),
        run("psql", &served, &arguments)
    );
    if one.and(two).and(three).is_some() {
        assert_eq!(served.count("ticks").await, 300);
    }
    served.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pgbench_runs_in_every_protocol() {
    let served = Served::new().await;
    let Some(_) = run("pgbench", &served, &["-i", "-q", "-s", "1"]).await else { return };
    for protocol in ["simple", "extended", "prepared"] {
        // A thread for each client: while one has a transaction open the others wait, and pgbench prepares its
        // statements with calls that block all clients of their thread.
        let arguments = ["-n", "-c", "4", "-j", "4", "-t", "25", "-M", protocol];
        let output = run("pgbench", &served, &arguments).await.expect("pgbench is there");
        assert!(said(&output).contains("100/100"), "{protocol}: {output:?}");
    }
    assert_eq!(served.count("pgbench_history").await, 300);
    served.close().await;
}
