//! The command that sends a database's changes to a server.

use std::path::PathBuf;
use std::process::{Command, Output};

use ominipg_runtime::{ConnectOptions, Ominipg, SyncTable};
use ominipg_test_support::{database, takes_connections};

const NOTES: &str = "CREATE TABLE notes (id int4 PRIMARY KEY, title varchar(8))";

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("ominipg-cli-sync-{}", std::process::id())))
    }

    fn sync(&self, url: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ominipg-codegen"));
        command
            .arg("sync")
            .arg(&self.0)
            .args(["--url", url])
            .args(arguments)
            .output()
            .expect("the program runs")
    }

    /// What a command that succeeds prints.
    fn run(&self, url: &str, arguments: &[&str]) -> String {
        let output = self.sync(url, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it is UTF-8")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn sends_a_folders_changes() {
    let folder = Folder::new();
    let missing = folder.sync("postgresql://nobody@127.0.0.1:1/none", &[]);
    assert!(!missing.status.success());
    assert!(String::from_utf8_lossy(&missing.stderr).contains("holds no database"));
    if !takes_connections(3) {
        return;
    }
    let url = database().await;
    let server = Ominipg::connect(url.as_str()).await.expect("the server answers");
    server.batch_execute(NOTES).await.expect("the table is created");
    let options = ConnectOptions::new(format!("file://{}", folder.0.display())).sync_url(&url);
    let db = Ominipg::connect(options.sync_table(SyncTable::new("notes"))).await.expect("it opens");
    db.batch_execute(&NOTES.replace("varchar(8)", "text")).await.expect("the table is created");
    db.batch_execute("INSERT INTO notes VALUES (1, 'short')").await.expect("an insert");
    db.batch_execute("INSERT INTO notes VALUES (2, 'much too long')").await.expect("an insert");
    db.close().await.expect("it closes");

    let status = folder.run(&url, &["--status"]);
    assert!(
        status.contains("queued         2 changes") && status.contains("acknowledged   never"),
        "{status}"
    );
    assert!(folder.run(&url, &["--setup-sql"]).contains("CREATE TABLE IF NOT EXISTS ominipg.ledger"));
    let sent = folder.run(&url, &[]);
    assert!(
        sent.contains("1 changes pushed, 0 merged, 1 parked") && sent.contains("value too long"),
        "{sent}"
    );
    server.batch_execute("ALTER TABLE notes ALTER title TYPE text").await.expect("a wider column");
    assert!(folder.run(&url, &["--retry-parked"]).contains("1 changes pushed, 0 merged, 0 parked"));
    let count = server.query_one("SELECT count(*) FROM notes", &[]).await.expect("a query");
    assert_eq!(count.get::<_, i64>(0), 2);
}
