//! The commands that write a database to a file, and make one of it.

use std::path::{Path, PathBuf};

use clap::Args;
use ominipg_runtime::{ConnectOptions, Error, Ominipg};
use tokio::fs::File;
use tokio::runtime::Runtime;

use super::folder_url;

/// The command `dump`.
#[derive(Debug, Args)]
#[command(after_help = "\
The file is a tar archive, compressed with zstd; it is not encrypted. `restore` makes a database of it again, and so does
`ConnectOptions::restore_from`.")]
pub(super) struct Dump {
    /// The database's folder.
    folder: PathBuf,
    /// The file to write, such as `backup.tar.zst`; it must not exist.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// The command `restore`.
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// A file that `dump` wrote.
    file: PathBuf,
    /// The new database's folder, which is empty or does not exist.
    folder: PathBuf,
}

impl Dump {
    pub(super) fn run(self) -> Result<(), String> {
        let url = folder_url(&self.folder)?;
        // Opening a folder without a database would make one.
        if !self.folder.join("cluster").is_dir() {
            return Err(format!(
                "error: {} holds no database: name the folder of one",
                self.folder.display()
            ));
        }
        if self.out.exists() {
            return Err(format!(
                "error: {} exists already: name another file, or remove it",
                self.out.display()
            ));
        }
        let dump = runtime()?.block_on(self.dump(url))?;
        println!(
            "wrote {}, {} of the database's {}",
            self.out.display(),
            megabytes(dump.bytes),
            megabytes(dump.contents)
        );
        Ok(())
    }

    async fn dump(&self, url: String) -> Result<ominipg_runtime::Dump, String> {
        let db = Ominipg::connect(ConnectOptions::new(url)).await.map_err(message)?;
        // It gets its name when it is whole.
        let mut aside = self.out.clone().into_os_string();
        aside.push(".new");
        let aside = PathBuf::from(aside);
        let written = write(&db, &aside, &self.out).await;
        if written.is_err() {
            // It may not even have been made.
            let _ = std::fs::remove_file(&aside);
        }
        db.close().await.map_err(message)?;
        written
    }
}

async fn write(db: &Ominipg, aside: &Path, out: &Path) -> Result<ominipg_runtime::Dump, String> {
    let failed = |error: std::io::Error| format!("error: cannot write {}: {error}", out.display());
    let mut file = File::create(aside).await.map_err(failed)?;
    let dump = db.dump(&mut file).await.map_err(message)?;
    file.sync_all().await.map_err(failed)?;
    std::fs::rename(aside, out).map_err(failed)?;
    Ok(dump)
}

impl Restore {
    pub(super) fn run(self) -> Result<(), String> {
        let options = ConnectOptions::new(folder_url(&self.folder)?).restore_from(&self.file);
        runtime()?.block_on(async {
            let db = Ominipg::connect(options).await.map_err(message)?;
            db.close().await.map_err(message)
        })?;
        println!("restored {} into {}", self.file.display(), self.folder.display());
        Ok(())
    }
}

fn runtime() -> Result<Runtime, String> {
    Runtime::new().map_err(|error| format!("error: cannot start: {error}"))
}

fn message(error: Error) -> String {
    format!("error: {error}")
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
}
