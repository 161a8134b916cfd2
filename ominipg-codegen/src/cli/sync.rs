//! The command that sends a database's changes to a server.

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use ominipg_runtime::{ConnectOptions, Event, Events, Ominipg, SyncReport, SyncStatus};
use tokio::runtime::Runtime;

use super::folder_url;

/// The command `sync`.
#[derive(Debug, Args)]
#[command(after_help = "\
The tables are those that the program which made the database synced. The server's password may come from PGPASSWORD or from
~/.pgpass. The database must not be open elsewhere.")]
pub(super) struct Sync {
    /// The database's folder.
    folder: PathBuf,
    /// The server, such as `postgresql://app@db.example.com/app`.
    #[arg(long, value_name = "URL")]
    url: String,
    /// Tells how sync stands, and sends nothing.
    #[arg(long, conflicts_with_all = ["setup_sql", "retry_parked", "discard_parked"])]
    status: bool,
    /// Prints the SQL that the server needs for sync, and sends nothing.
    #[arg(long, conflicts_with_all = ["retry_parked", "discard_parked"])]
    setup_sql: bool,
    /// Sends what the server refused before once more.
    #[arg(long, conflicts_with = "discard_parked")]
    retry_parked: bool,
    /// Forgets what the server refused before.
    #[arg(long)]
    discard_parked: bool,
}

impl Sync {
    pub(super) fn run(self) -> Result<(), String> {
        let url = folder_url(&self.folder)?;
        // Opening a folder without a database would make one.
        if !self.folder.join("cluster").is_dir() {
            return Err(format!(
                "error: {} holds no database: name the folder of one",
                self.folder.display()
            ));
        }
        let runtime = Runtime::new().map_err(|error| format!("error: cannot start: {error}"))?;
        runtime.block_on(self.with(url)).map_err(|error| format!("error: {error}"))
    }

    async fn with(&self, url: String) -> Result<(), ominipg_runtime::Error> {
        let db = Ominipg::connect(ConnectOptions::new(url).sync_url(&self.url)).await?;
        let done = self.on(&db).await;
        db.close().await?;
        done
    }

    async fn on(&self, db: &Ominipg) -> Result<(), ominipg_runtime::Error> {
        if self.status {
            print_status(&db.sync_status().await?);
            return Ok(());
        }
        if self.setup_sql {
            println!("{}", db.sync_setup_sql().await?);
            return Ok(());
        }
        if self.retry_parked {
            println!("{} changes wait again", db.retry_parked().await?);
        }
        if self.discard_parked {
            println!("{} changes forgotten", db.discard_parked().await?);
        }
        let progress = tokio::spawn(show(db.events()));
        let report = db.sync().await;
        progress.abort();
        print_report(&report?);
        for parked in db.sync_status().await?.parked {
            println!(
                "parked: {} {} (change {}): {}",
                parked.operation, parked.table, parked.seq, parked.message
            );
        }
        Ok(())
    }
}

/// Moves a bar as changes arrive.
async fn show(mut events: Events) {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len} changes, {per_sec}, {eta} left")
    {
        bar.set_style(style);
    }
    while let Some(event) = events.next().await {
        match event {
            Event::SyncStart { queued, .. } => bar.set_length(queued),
            Event::SyncProgress { pushed, queued, .. } => {
                bar.set_length(queued);
                bar.set_position(pushed);
            }
            Event::SyncEnd { .. } => break,
            _ => {}
        }
    }
    bar.finish_and_clear();
}

fn print_report(report: &SyncReport) {
    println!("{} changes pushed, {} merged, {} parked", report.pushed, report.merged, report.parked);
    if report.clamped > 0 {
        println!("{} changes were made by a clock that runs ahead: they count as made now", report.clamped);
    }
    if report.set_back {
        println!("the server had less than before, and was sent it again");
    }
    if report.renamed {
        println!("another copy of this database syncs too: the server knows this one by a new number now");
    }
}

fn print_status(status: &SyncStatus) {
    let time =
        |time: &Option<jiff::Timestamp>| time.map_or_else(|| "never".to_owned(), |time| time.to_string());
    println!("replica        {}", status.replica);
    println!("queued         {} changes", status.queued);
    println!("oldest         {}", time(&status.oldest));
    println!("acknowledged   {}", time(&status.acknowledged));
    println!("parked         {} changes", status.parked.len());
    for parked in &status.parked {
        println!("  {} {} (change {}): {}", parked.operation, parked.table, parked.seq, parked.message);
    }
    if !status.uncaptured.is_empty() {
        println!("not captured   {}", status.uncaptured.join(", "));
    }
}
