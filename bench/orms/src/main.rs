//! The same work on one server, by turns, through ominipg in direct mode, bare tokio-postgres, sqlx, diesel-async and
//! SeaORM, as a table.
//!
//! ```sh
//! cargo run --release                               # from this folder
//! cargo run --release -- --rounds 41                # more rounds (21 by default)
//! cargo run --release -- --only key                 # the operations with that in their names
//! cargo run --release -- --rest                     # callers that rest for 2 ms before each call
//! cargo run --release -- --main                     # the program's main future calls, instead of a task
//! cargo run --release -- --markdown                 # the table in Markdown
//! ```
//!
//! `OMINIPG_TEST_PG` names the server; else one is started where the machine has PostgreSQL.

#[path = "../../../benches/direct/bare.rs"]
mod bare;
mod diesel;
mod operation;
mod ours;
mod peer;
mod person;
mod rounds;
mod sea_orm;
mod sqlx;
mod table;

use std::time::Duration;

use self::bare::Bare;
use self::diesel::Diesel;
use self::operation::Operation;
use self::ours::Ours;
use self::rounds::Rounds;
use self::sea_orm::SeaOrm;
use self::sqlx::Sqlx;
use self::table::Table;

/// The tables of `benches/direct/schemas`.
#[allow(missing_docs)]
mod db {
    ominipg::ominipg_schema!("../../benches/direct/schemas");
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    let (mut rounds, mut only, mut rest) = (21, String::new(), Duration::ZERO);
    let (mut from_main, mut markdown) = (false, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--main" => from_main = true,
            "--markdown" => markdown = true,
            "--rest" => rest = Duration::from_millis(2),
            "--rounds" => {
                let given = arguments.next().and_then(|rounds| rounds.parse().ok());
                rounds =
                    given.filter(|rounds| *rounds > 0).ok_or("--rounds needs a number above 0 behind it")?;
            }
            "--only" => only = arguments.next().ok_or("--only needs a part of a name behind it")?,
            other => {
                let known = "--rounds N, --only NAME, --rest, --main and --markdown";
                return Err(format!("unknown option {other}; there are {known}").into());
            }
        }
    }
    let compared = compare(rounds, only, rest);
    // As the handler of a request has it: a task among those that move the connections' bytes. A program's main future is
    // on a thread of its own.
    let table = if from_main { compared.await? } else { tokio::spawn(compared).await?? };
    print!("{}", if markdown { table.markdown() } else { table.plain() });
    Ok(())
}

async fn compare(rounds: usize, only: String, rest: Duration) -> Result<Table> {
    let url = ominipg_test_support::database().await;
    Ours::fill(&url).await?;
    let mut table = Table::default();
    for operation in Operation::ALL.into_iter().filter(|operation| operation.title().contains(&only)) {
        let mut times = Rounds::new(operation, rest);
        // The first round warms the caches, and does not count.
        for round in 0..=rounds {
            for turn in 0..Rounds::PEERS {
                // Another one begins in each round. Each has a new connection then: on which core its process at the server
                // runs decides more than any client does.
                match (turn + round) % Rounds::PEERS {
                    0 => times.add(0, round, &mut Ours::connect(&url).await?).await?,
                    1 => times.add(1, round, &mut Bare::connect(&url).await?).await?,
                    2 => times.add(2, round, &mut Sqlx::connect(&url).await?).await?,
                    3 => times.add(3, round, &mut Diesel::connect(&url).await?).await?,
                    _ => times.add(4, round, &mut SeaOrm::connect(&url).await?).await?,
                }
            }
        }
        eprintln!("{}", operation.title());
        table.add(operation, times);
    }
    Ok(table)
}
