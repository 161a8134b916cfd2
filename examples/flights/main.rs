//! All flights that left New York City in 2013: loaded by typed inserts into an embedded PostgreSQL, then questioned.
//!
//! ```sh
//! cargo run --release --example flights                 # the sample in this folder: the 5th, 15th and 25th of each month
//! cargo run --release --example flights -- FOLDER       # the five files of nycflights13 (*.csv.gz) in FOLDER
//! cargo run --release --example flights -- --url URL    # another database: file://./data, postgresql://…
//! ```

mod csv;
mod load;
mod questions;
mod table;

use std::path::PathBuf;

use ominipg::{ConnectOptions, Ominipg};

/// The tables of `schemas/flights`.
#[allow(missing_docs)]
mod db {
    ominipg::ominipg_schema!("schemas/flights");
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { folder, url } = arguments()?;
    println!("Opening {url} …");
    let db = Ominipg::connect(ConnectOptions::new(&url).schema(&db::SCHEMA).create_tables(true)).await?;
    load::all(&db, &folder).await?;
    questions::all(&db).await?;
    db.close().await?;
    Ok(())
}

struct Arguments {
    folder: PathBuf,
    url: String,
}

fn arguments() -> Result<Arguments> {
    let mut found = Arguments {
        folder: PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/flights/data")),
        url: ":memory:".to_owned(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--url" => found.url = arguments.next().ok_or("--url needs a url behind it")?,
            flag if flag.starts_with('-') => {
                return Err(format!("unknown option {flag}; there is only --url").into());
            }
            folder => found.folder = PathBuf::from(folder),
        }
    }
    Ok(found)
}
