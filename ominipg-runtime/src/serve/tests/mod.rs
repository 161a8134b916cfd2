//! The front door before a PostgreSQL server's sessions: all that a client sees before its session speaks.

mod behind;
mod bytes;
mod ending;
mod login;
mod programs;
#[cfg(unix)]
mod socket;

use tokio_postgres::{Client, Config, NoTls};

use self::behind::Behind;
use super::{ServeOptions, Server, serve};

const PASSWORD: &str = "a säcret, with = and ,";

/// A server that asks for the password.
fn locked() -> ServeOptions {
    ServeOptions::new("127.0.0.1:0").password(PASSWORD)
}

async fn open(options: impl Into<ServeOptions>) -> Server {
    serve(Behind::new(), (), options.into()).await.expect("it listens")
}

/// What a client needs to log in.
fn config(server: &Server) -> Config {
    let mut config: Config = server.url().parse().expect("a server's url is one");
    config.password(PASSWORD);
    config
}

async fn connect(config: &Config) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
