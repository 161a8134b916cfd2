//! PostgreSQL's own programs, where the machine has them.

use std::process::{Output, Stdio};

use tokio::process::Command;

use super::{PASSWORD, locked, open};
use crate::serve::Server;

async fn run(program: &str, server: &Server, password: &str, arguments: &[&str]) -> Option<Output> {
    let Some(path) = ominipg_test_support::find_program(program) else {
        println!("left out: needs `{program}`");
        return None;
    };
    let address = server.local_addr().expect("it has an address");
    let mut command = Command::new(path);
    command.arg("-h").arg(address.ip().to_string()).arg("-p").arg(address.port().to_string());
    command
        .args(["-U", "postgres"])
        .args(arguments)
        .env("PGPASSWORD", password)
        .env("PGDATABASE", "postgres");
    Some(command.stdin(Stdio::null()).output().await.expect("it runs"))
}

#[tokio::test]
async fn psql_logs_in() {
    let server = open(locked()).await;
    let Some(output) = run("psql", &server, PASSWORD, &["-XAtc", "SELECT 6 * 7"]).await else { return };
    assert_eq!(String::from_utf8_lossy(&output.stdout), "42\n", "{output:?}");
    let refused = run("psql", &server, "a guess", &["-XAtc", "SELECT 1"]).await.expect("psql is there");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("FATAL:  password authentication failed for user \"postgres\""), "{said}");
    assert!(!refused.status.success());
}

#[tokio::test]
async fn pgbench_runs() {
    if !ominipg_test_support::takes_connections(5) {
        return;
    }
    let server = open(locked()).await;
    let Some(made) = run("pgbench", &server, PASSWORD, &["-i", "-q", "-s", "1"]).await else { return };
    assert!(made.status.success(), "{made:?}");
    for protocol in ["simple", "extended", "prepared"] {
        let arguments = ["-n", "-c", "4", "-t", "20", "-M", protocol];
        let ran = run("pgbench", &server, PASSWORD, &arguments).await.expect("pgbench is there");
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success() && said.contains("80/80"), "{ran:?}");
    }
}
