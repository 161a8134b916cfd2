//! The program as it is used: two people, one server, no network at first, and a kill.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use ominipg::Ominipg;
use ominipg_test_support::{database, takes_connections};

struct Person {
    folder: PathBuf,
    server: String,
}

impl Person {
    fn new(name: &str, server: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ominipg-field-{}-{name}", std::process::id()));
        Self { folder, server: server.to_owned() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_field-notes"));
        command.arg("--folder").arg(&self.folder).args(["--server", &self.server]).args(arguments);
        command
    }

    /// What a command that succeeds prints.
    fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("the program runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).expect("it is UTF-8").trim().to_owned()
    }

    /// What a command that fails says.
    fn fail(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("the program runs");
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).expect("it is UTF-8")
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_one_server_and_a_kill() {
    if !takes_connections(3) {
        return;
    }
    let url = database().await;
    let nowhere = "postgresql://nobody@127.0.0.1:1/none";
    let mut anna = Person::new("anna", nowhere);
    let mut ben = Person::new("ben", nowhere);

    // Without a network.
    let heron = anna.run(&["add", "Heron", "--place", "North bank"]);
    anna.run(&["saw", &heron, "2"]);
    ben.run(&["add", "Otter", "--place", "Mill"]);
    assert!(anna.run(&["status"]).starts_with("2 changes wait"));
    assert!(anna.fail(&["sync"]).contains("the sync server"));

    // The server is there, and gets its table.
    (anna.server, ben.server) = (url.clone(), url.clone());
    let server = Ominipg::connect(url.as_str()).await.expect("the server answers");
    server.batch_execute(&anna.run(&["server-sql"])).await.expect("the table is created");
    assert_eq!(anna.run(&["sync"]), "2 changes sent, 0 merged, 0 refused");
    assert_eq!(ben.run(&["sync"]), "1 changes sent, 0 merged, 0 refused");
    let two = "SELECT count(*), sum(count) FROM observations";
    let row = server.query_one(two, &[]).await.expect("a query");
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (2, 4));

    // Somebody counts on the server too, and moves it: both stay.
    server
        .batch_execute("UPDATE observations SET count = count + 10 WHERE text = 'Heron'")
        .await
        .expect("an update");
    anna.run(&["saw", &heron]);
    anna.run(&["sync"]);
    let count =
        server.query_one("SELECT count FROM observations WHERE text = 'Heron'", &[]).await.expect("a query");
    assert_eq!(count.get::<_, i32>(0), 14);

    // Killed in the midst of writing and sending, nothing that was safe is lost, and nothing is there twice.
    let mut child =
        anna.command(&["fill", "100000"]).stdout(Stdio::piped()).spawn().expect("the program runs");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let safe: Vec<String> = lines.by_ref().take(50).map(|line| line.expect("a line")).collect();
    child.kill().expect("it is killed");
    child.wait().expect("it ends");
    let mut child = anna.command(&["sync"]).stdout(Stdio::null()).spawn().expect("the program runs");
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    child.kill().expect("it is killed");
    child.wait().expect("it ends");
    anna.run(&["sync"]);
    assert!(anna.run(&["status"]).starts_with("0 changes wait"));
    let arrived = server
        .query("SELECT id::text FROM observations WHERE place = 'Everywhere'", &[])
        .await
        .expect("a query");
    let arrived: Vec<String> = arrived.iter().map(|row| row.get(0)).collect();
    assert!(safe.iter().all(|id| arrived.contains(id)));
    let here = anna.run(&["list"]).lines().filter(|line| line.contains("Everywhere")).count();
    assert_eq!(arrived.len(), here);
}
