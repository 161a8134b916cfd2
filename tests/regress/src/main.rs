//! `cargo run --release -p ominipg-test-regress -- --sources PATH`

use std::process::ExitCode;

use clap::Parser;
use ominipg_test_regress::{Arguments, run};

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
