//! The command that serves a database.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use ominipg_runtime::{ConnectOptions, Error, ErrorKind, Ominipg, ServeOptions, Server};
use tokio::runtime::Runtime;

use super::folder_url;

/// Where the password may stand instead of in a file; never among the arguments, which every user of a machine can read.
const PASSWORD_VARIABLE: &str = "OMINIPG_SERVE_PASSWORD";
const DEFAULT_ADDRESS: &str = "127.0.0.1:5433";

/// The command `serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Clients connect as the database's superuser, without encryption:

  ominipg-codegen serve ./data
  psql postgresql://postgres@127.0.0.1:5433/postgres

An address that other machines reach needs a password, in a file or in the variable OMINIPG_SERVE_PASSWORD.")]
pub(super) struct Serve {
    /// The database's folder; it is made where it is not there.
    folder: PathBuf,
    /// An address and port to serve on; port 0 takes a free one [default: 127.0.0.1:5433, or none with --unix]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// A folder for a Unix socket, or its whole path, which ends in `.s.PGSQL.` and a port.
    #[cfg(unix)]
    #[arg(long, value_name = "PATH")]
    unix: Option<PathBuf>,
    /// The name that clients log in with.
    #[arg(long, value_name = "NAME", default_value = "postgres")]
    user: String,
    /// A file whose first line is the password that clients must know.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// The most clients at a time.
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    max_connections: usize,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), String> {
        let password = self.password()?;
        let url = folder_url(&self.folder)?;
        let runtime = Runtime::new().map_err(|error| format!("error: cannot start: {error}"))?;
        let hint = match password {
            Some(_) => String::new(),
            None => format!("\nnote: a password is read from `--password-file`, or from {PASSWORD_VARIABLE}"),
        };
        runtime.block_on(self.serve(url, password)).map_err(|error| match error.kind() {
            ErrorKind::Options => format!("error: {error}{hint}"),
            _ => format!("error: {error}"),
        })
    }

    async fn serve(&self, url: String, password: Option<String>) -> Result<(), Error> {
        let db = Ominipg::connect(ConnectOptions::new(url)).await?;
        let mut servers = Vec::new();
        for place in self.places() {
            let place = place.user(&self.user).max_connections(self.max_connections);
            servers.push(
                db.serve(match &password {
                    Some(password) => place.password(password),
                    None => place,
                })
                .await?,
            );
        }
        for server in &servers {
            println!("{} is served at {}", self.folder.display(), server.url());
        }
        println!("Ctrl-C ends it");
        ended().await;
        for server in servers {
            Server::close(server).await;
        }
        db.close().await
    }

    fn places(&self) -> Vec<ServeOptions> {
        #[cfg(unix)]
        let socket = self.unix.as_ref().map(ServeOptions::unix);
        #[cfg(not(unix))]
        let socket = None;
        let address = match (&self.listen, &socket) {
            (None, Some(_)) => None,
            (address, _) => Some(ServeOptions::new(address.as_deref().unwrap_or(DEFAULT_ADDRESS))),
        };
        address.into_iter().chain(socket).collect()
    }

    fn password(&self) -> Result<Option<String>, String> {
        let Some(file) = &self.password_file else {
            return match std::env::var(PASSWORD_VARIABLE) {
                Ok(password) => Ok(Some(password)),
                Err(std::env::VarError::NotPresent) => Ok(None),
                Err(_) => Err(format!("error: the password in {PASSWORD_VARIABLE} is not UTF-8")),
            };
        };
        let text = fs::read_to_string(file)
            .map_err(|error| format!("error: cannot read the password file {}: {error}", file.display()))?;
        let password = text.lines().next().unwrap_or_default();
        if password.is_empty() {
            return Err(format!(
                "error: the first line of {} is empty: write the password there",
                file.display()
            ));
        }
        Ok(Some(password.to_owned()))
    }
}

/// Waits until someone wants the end.
async fn ended() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        // Where one cannot be listened for, the system's own way of ending a process is left: the database recovers.
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
