//! The same work on ominipg and on its peers, side by side in one run, as a Markdown table.
//!
//! ```sh
//! cargo run --release                 # from this folder
//! cargo run --release -- --rounds 9   # more rounds (5 by default)
//! cargo run --release -- --quick      # one short round: does it run?
//! ```
//!
//! The peers take turns in each round, so that what else the machine does meets all of them alike.

mod database;
mod driver;
mod memory;
mod oliphaunt;
mod operation;
mod options;
mod peer;
mod plane;
mod statement;
mod table;
mod typed;

use self::database::Database;
use self::options::{Options, Task};
use self::peer::Peer;

/// The tables of `schemas/flights`, of which `planes` is used.
#[allow(missing_docs)]
mod db {
    ominipg::ominipg_schema!("../../schemas/flights");
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    match options::read(std::env::args().skip(1))? {
        Task::Measure(peer, stage) => memory::measure(peer, stage).await,
        Task::Compare(options) => compare(&options).await,
    }
}

async fn compare(options: &Options) -> Result<()> {
    let peers = peers();
    for peer in &peers {
        // What is compiled or unpacked once is not part of any figure.
        eprintln!("preparing {}", peer.title());
        Database::open(*peer).await?.close().await?;
    }
    let times = operation::times(&peers, options).await?;
    let memory = memory::of_all(&peers, options)?;
    print!("{}", table::render(&peers, &times, &memory));
    Ok(())
}

/// All peers, or those that need no server where there is none.
fn peers() -> Vec<Peer> {
    // What stands in for a server in the tests takes one connection; it is ominipg itself, and no peer.
    let server = ominipg_test_support::connections() > 1;
    if !server {
        eprintln!("there is no PostgreSQL server, so its columns are left out");
    }
    Peer::ALL.into_iter().filter(|peer| server || !peer.needs_server()).collect()
}
