//! The same work on ominipg and on its peers, side by side in one run, as a table.
//!
//! ```sh
//! cargo run --release                               # from this folder
//! cargo run --release -- --rounds 9                 # more rounds (5 by default)
//! cargo run --release -- --flights FOLDER           # the folder with all of flights.csv.gz, not the sample
//! cargo run --release -- --markdown                 # the table in Markdown
//! cargo run --release -- --quick                    # one short round: does it run?
//! ```
//!
//! Each peer has a process of its own. They take turns in each round, so that what else the machine does meets all of
//! them alike.

mod child;
mod database;
mod driver;
mod flights;
mod memory;
mod oliphaunt;
mod operation;
mod options;
mod peer;
mod person;
#[cfg(feature = "pglite")]
mod pglite;
mod plane;
mod rounds;
mod sql;
mod statement;
mod table;
mod typed;
mod user;

use std::path::Path;

use self::flights::Flights;
use self::options::{Options, Task};
use self::peer::Peer;
use self::table::Table;

/// The tables of `schemas/flights`, of which `planes` and `flights` are used.
#[allow(missing_docs)]
mod db {
    ominipg::ominipg_schema!("../../schemas/flights");
}

/// The tables of `benches/direct/schemas`.
#[allow(missing_docs)]
mod people {
    ominipg::ominipg_schema!("../../benches/direct/schemas");
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    match options::read(std::env::args().skip(1))? {
        Task::Child(task) => task.run().await,
        Task::Compare(options) => {
            let folder = std::env::temp_dir().join(format!("ominipg-peers-folder-{}", std::process::id()));
            let compared = compare(&options, &folder).await;
            if folder.exists() {
                std::fs::remove_dir_all(&folder)?;
            }
            compared
        }
    }
}

async fn compare(options: &Options, folder: &Path) -> Result<()> {
    let flights = Flights::read(&options.flights)?.rows;
    let mut peers = Vec::new();
    for peer in Peer::ALL {
        let Some(place) = place(peer, folder).await else {
            eprintln!("left out: {}: there is no PostgreSQL server with such a socket", peer.title());
            continue;
        };
        // What is compiled or unpacked once is not part of any figure.
        eprintln!("preparing {}", peer.title());
        match child::fresh(peer, &rounds::again(peer, &place)) {
            Ok(_) => peers.push((peer, place)),
            Err(error) if peer == Peer::Memory => return Err(error),
            Err(error) => eprintln!("left out: {error}"),
        }
    }
    let times = rounds::times(&peers, options)?;
    let memory = memory::of_all(&peers, options)?;
    let table = Table::new(&peers, &times, &memory, flights);
    print!("{}", if options.markdown { table.markdown() } else { table.plain() });
    Ok(())
}

/// Where a peer has its database; `None` where it needs a server and there is none.
async fn place(peer: Peer, folder: &Path) -> Option<String> {
    // What stands in for a server in the tests takes one connection; it is ominipg itself, and no peer.
    if peer.needs_server() && ominipg_test_support::connections() == 1 {
        return None;
    }
    Some(match peer {
        Peer::Memory => ":memory:".to_owned(),
        Peer::Folder => format!("file://{}/database", folder.display()),
        Peer::Oliphaunt | Peer::Pglite => String::new(),
        Peer::Driver | Peer::Direct => ominipg_test_support::database().await,
        Peer::Socket => ominipg_test_support::socket_url(&ominipg_test_support::database().await)?,
    })
}
