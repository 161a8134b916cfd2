//! The embedded database that the tests run on.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ominipg::{ConnectOptions, Error, Ominipg, Server};
use tokio::task::JoinHandle;

use crate::psql::Address;
use crate::sources::Sources;

/// How long the engine may take to say that it lives, once a test is over.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the other session waits before it asks again.
const PAUSE: Duration = Duration::from_micros(200);

/// Tests name their database; the engine serves one, so it gets that name in the catalogue, and another one its old name.
const NAMED: [&str; 2] =
    ["UPDATE pg_database SET datname = 'regression' WHERE datname = 'postgres'", "CREATE DATABASE postgres"];

/// A database in a folder of its own, served to clients of this machine.
pub(crate) struct Embedded {
    db: Ominipg,
    server: Server,
    address: Address,
    beside: Option<JoinHandle<()>>,
}

impl Embedded {
    /// Opens an empty database, and puts the tests' data where PostgreSQL can read it: it sees its own folder only.
    pub(crate) async fn open(folder: &Path, sources: &Sources, beside: bool) -> Result<Self, Error> {
        let failed = |error: io::Error| panic!("{} cannot be written: {error}", folder.display());
        if folder.exists() {
            fs::remove_dir_all(folder).unwrap_or_else(failed);
        }
        // What a test needs is its answer, not that it outlives the machine.
        let options = ConnectOptions::new(format!("file://{}", folder.display())).relaxed_durability(true);
        let db = Ominipg::connect(options).await?;
        copy(&sources.data(), &folder.join("cluster/regress/data")).unwrap_or_else(failed);
        fs::create_dir_all(folder.join("cluster/regress/results")).unwrap_or_else(failed);
        for statement in NAMED {
            db.batch_execute(statement).await?;
        }
        let server = db.serve("127.0.0.1:0").await?;
        let port = server.local_addr().expect("it is no Unix socket").port();
        let address = Address {
            host: "127.0.0.1".to_owned(),
            port,
            user: "postgres".to_owned(),
            database: "postgres".to_owned(),
            sources: "/data/regress".to_owned(),
            build: "/data/regress".to_owned(),
        };
        let beside = beside.then(|| tokio::spawn(ask_on(db.clone())));
        Ok(Self { db, server, address, beside })
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// Why the engine is of no more use, if it is.
    pub(crate) async fn death(&self) -> Option<String> {
        match self.db.with_timeout(PATIENCE).query_one("SELECT 1", &[]).await {
            Ok(_) => None,
            Err(error) => Some(error.to_string()),
        }
    }

    /// PostgreSQL's version.
    pub(crate) async fn version(&self) -> Result<String, Error> {
        Ok(self.db.query_one("SHOW server_version", &[]).await?.get(0))
    }

    /// Ends it, in order if that is possible.
    pub(crate) async fn close(self) {
        if let Some(beside) = self.beside {
            beside.abort();
        }
        let Self { db, server, .. } = self;
        let closed = async {
            server.close().await;
            db.close().await
        };
        match tokio::time::timeout(PATIENCE, closed).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => println!("the database does not close: {error}"),
            Err(_) => println!("the database does not close in {} s", PATIENCE.as_secs()),
        }
    }
}

/// Asks until the database ends. Turns change between any two statements of another session's that no transaction holds
/// together.
async fn ask_on(db: Ominipg) {
    loop {
        // While a test has a transaction open this waits, and may be refused for that.
        let _ = db.query_one("SELECT 1", &[]).await;
        tokio::time::sleep(PAUSE).await;
    }
}

fn copy(from: &Path, to: &PathBuf) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
