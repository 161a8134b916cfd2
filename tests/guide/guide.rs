//! Every Rust block of `docs/guide`: compiled, on the line that it has there, and run on a database of its own.
//!
//! What a block is follows its backticks: `rust` is run, `rust,no_run` only compiled, `rust,item` a module. What it needs and the
//! chapter does not show stands before it in comments: `<!-- given: let id = 1; -->`.

#![allow(clippy::type_complexity, reason = "chapters spell types out that a program would name")]

mod prelude;

use prelude::*;

include!(concat!(env!("OUT_DIR"), "/chapters.rs"));

/// Runs a block on a database in memory that has the blog in it.
async fn run<F>(place: &str, block: impl FnOnce(Ominipg) -> F)
where
    F: Future<Output = Result<(), Box<dyn std::error::Error>>>,
{
    let options = ConnectOptions::new(":memory:").schema(&SCHEMA).create_tables(true);
    let db = Ominipg::connect(options).await.expect("it opens");
    prelude::fill(&db).await.expect("it takes the blog");
    println!("{place}");
    if let Err(error) = block(db).await {
        panic!("{place}: {error}");
    }
}
