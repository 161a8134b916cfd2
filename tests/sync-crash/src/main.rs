//! Kills clients and servers in the middle of syncs, and looks whether all of it arrived once; see `docs/SYNC.md`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use ominipg_test_sync_crash::{
    ClientKills, Killed, ServerKills, at_point, endless, kill_clients, kill_servers, point_named,
};

/// Kills clients and servers in the middle of syncs, and looks whether all of it arrived once.
#[derive(Debug, Parser)]
#[command(name = "ominipg-test-sync-crash")]
struct Arguments {
    /// How often a client is killed.
    #[arg(long, default_value_t = 0)]
    kills: u32,
    /// How often the server is killed.
    #[arg(long, default_value_t = 0)]
    server_kills: u32,
    /// After so many kills of a client the server is compared with what is here.
    #[arg(long, default_value_t = 20)]
    check_every: u32,
    /// Kills of a client end after so many seconds, however many they were.
    #[arg(long, default_value_t = u64::MAX)]
    seconds: u64,
    /// What the moments of the kills follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Pushes without a ledger, which must show.
    #[arg(long)]
    without_ledger: bool,
    /// The folder of a client that is to be killed; the parent says this and what follows to its children.
    #[arg(long, hide = true)]
    victim: Option<PathBuf>,
    #[arg(long, hide = true, default_value = "")]
    server: String,
    #[arg(long, hide = true)]
    point: Option<String>,
    #[arg(long, hide = true)]
    poisoned: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.victim {
        Some(folder) => victim(&arguments, folder).await,
        None => kills(&arguments).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn victim(arguments: &Arguments, folder: &Path) -> Result<(), String> {
    if arguments.without_ledger {
        ominipg_runtime::sync_faults::switch_ledger(false);
    }
    match &arguments.point {
        None => endless(folder, &arguments.server, arguments.seed).await,
        Some(point) => {
            let point = point_named(point).ok_or_else(|| format!("there is no point {point}"))?;
            at_point(folder, &arguments.server, point, arguments.poisoned).await
        }
    }
}

async fn kills(arguments: &Arguments) -> Result<(), String> {
    let Arguments { kills, check_every, seconds, seed, without_ledger, .. } = *arguments;
    let start = Instant::now();
    if kills > 0 {
        let wanted = ClientKills { kills, check_every, seconds, seed, without_ledger };
        if let Some(Killed { kills, operations, surplus }) = kill_clients(wanted).await? {
            println!("{kills} kills of a client, {operations} operations, {surplus} too many on the server");
        }
    }
    if arguments.server_kills > 0 {
        let wanted = ServerKills { kills: arguments.server_kills, seed };
        if let Some((ended, failed)) = kill_servers(wanted).await? {
            println!("{} kills of the server, {ended} syncs, {failed} that failed", wanted.kills);
        }
    }
    println!("{} seconds", start.elapsed().as_secs());
    Ok(())
}
