use clap::Args;
use indicatif::ProgressBar;
use ominipg_codegen::migrations;
use ominipg_runtime::{ConnectOptions, Migration, Migrations, Ominipg};
use std::time::Duration;
use tokio::runtime::Runtime;

use super::Folder;

/// The command `migrate up`.
#[derive(Debug, Args)]
#[command(after_help = "\
Each migration runs in a transaction of its own, and is noted in the table ominipg.migrations. A server's password may come from
PGPASSWORD or from ~/.pgpass.")]
pub(in crate::cli) struct Up {
    /// The database: `postgresql://app@db.example.com/app`, or `file:///var/lib/app`.
    url: String,
    #[command(flatten)]
    folder: Folder,
    /// Notes the migrations up to this number as done, and does not run them: for a database that has had their tables before.
    #[arg(long, value_name = "NUMBER")]
    adopt: Option<i64>,
}

/// The command `migrate status`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Status {
    /// The database: `postgresql://app@db.example.com/app`, or `file:///var/lib/app`.
    url: String,
    #[command(flatten)]
    folder: Folder,
}

impl Up {
    pub(super) fn run(self) -> Result<(), String> {
        let migrations = read(&self.folder)?;
        with(&self.url, async |db| {
            if let Some(number) = self.adopt {
                for name in db.adopt_migrations(&migrations, number).await? {
                    println!("noted {name}");
                }
            }
            let mut count = 0;
            loop {
                let bar = ProgressBar::new_spinner().with_message("migrating");
                bar.enable_steady_tick(Duration::from_millis(100));
                let next = db.migrate_next(&migrations).await;
                bar.finish_and_clear();
                let Some(name) = next? else { break };
                println!("ran {name}");
                count += 1;
            }
            if count == 0 {
                println!("there was nothing to run");
            }
            Ok(())
        })
    }
}

impl Status {
    pub(super) fn run(self) -> Result<(), String> {
        let migrations = read(&self.folder)?;
        let problems = with(&self.url, async |db| {
            let status = db.migration_status(&migrations).await?;
            for ran in &status.applied {
                println!("ran      {} at {}", ran.name, ran.at);
            }
            for name in &status.pending {
                println!("pending  {name}");
            }
            Ok(status.problems)
        })?;
        if problems.is_empty() {
            return Ok(());
        }
        Err(problems.into_iter().map(|problem| format!("error: {problem}\n")).collect())
    }
}

fn read(folder: &Folder) -> Result<Migrations, String> {
    let files = migrations(&folder.dir).map_err(|error| error.to_string())?;
    let one = |file: ominipg_codegen::MigrationFile| Migration {
        number: file.number,
        name: file.name.into(),
        sql: file.sql.into(),
    };
    Ok(Migrations::from_vec(files.into_iter().map(one).collect()))
}

/// Does something with a database, which is closed in any case.
fn with<T>(
    url: &str,
    work: impl AsyncFnOnce(&Ominipg) -> Result<T, ominipg_runtime::Error>,
) -> Result<T, String> {
    let runtime = Runtime::new().map_err(|error| format!("error: cannot start: {error}"))?;
    let done = runtime.block_on(async {
        let db = Ominipg::connect(ConnectOptions::new(url)).await?;
        let done = work(&db).await;
        let closed = db.close().await;
        let done = done?;
        closed.map(|()| done)
    });
    done.map_err(|error| format!("error: {error}"))
}
