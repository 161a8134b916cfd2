//! A native server, to see which differences are not the engine's.

use std::path::Path;

use tokio_postgres::config::Host;
use tokio_postgres::{Config, NoTls};

use crate::psql::Address;
use crate::sources::Sources;

/// Makes a database for the tests as PostgreSQL's own runner does, and tells where it is.
pub(crate) async fn prepare(url: &str, sources: &Sources, output: &Path) -> Result<Address, String> {
    let wrong = |error: tokio_postgres::Error| format!("the native server: {error}");
    let config: Config = url.parse().map_err(wrong)?;
    let (client, connection) = config.connect(NoTls).await.map_err(wrong)?;
    let connection = tokio::spawn(connection);
    let statements = [
        "DROP DATABASE IF EXISTS regression",
        "CREATE DATABASE regression TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
        "ALTER DATABASE regression SET lc_messages TO 'C'",
        "ALTER DATABASE regression SET timezone_abbreviations TO 'Default'",
    ];
    for statement in statements {
        client.batch_execute(statement).await.map_err(wrong)?;
    }
    drop(client);
    let _ = connection.await;
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        #[cfg(unix)]
        Some(Host::Unix(folder)) => folder.display().to_string(),
        None => return Err("the native server's url names no host".to_owned()),
    };
    Ok(Address {
        host,
        port: config.get_ports().first().copied().unwrap_or(5432),
        user: config.get_user().unwrap_or("postgres").to_owned(),
        database: "regression".to_owned(),
        sources: sources.folder().display().to_string(),
        build: output.display().to_string(),
    })
}
