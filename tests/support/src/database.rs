use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::{Config, NoTls};

use crate::local::Local;

enum Server {
    Given(String),
    Local(Local),
    /// Embedded engines, one for each database, each for one client at a time.
    StandIn,
}

/// Asks for the stand-in where there is a server too.
const STAND_IN: &str = "embedded";

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| match std::env::var("OMINIPG_TEST_PG") {
        Ok(url) if url == STAND_IN => Server::StandIn,
        Ok(url) if !url.is_empty() => Server::Given(url),
        _ if !Local::is_possible() => Server::StandIn,
        _ => Server::Local(
            Local::start().unwrap_or_else(|error| panic!("the test server did not start: {error}")),
        ),
    })
}

/// How many connections the server takes at a time: 1 where an embedded engine stands in for it.
pub fn connections() -> usize {
    if matches!(server(), Server::StandIn) { 1 } else { 10 }
}

/// Whether the server takes that many connections at a time; says that the test is left out where it does not.
pub fn takes_connections(count: usize) -> bool {
    let takes = connections() >= count;
    if !takes {
        println!("left out: needs a server that takes {count} connections");
    }
    takes
}

/// The url of the server's own database.
///
/// # Panics
///
/// Where there is no server and none can be started.
pub fn server_url() -> String {
    match server() {
        Server::Given(url) => url.clone(),
        Server::Local(local) => local.url(),
        Server::StandIn => stand_in(),
    }
}

/// The file of the server's own certificate, where it was started for the tests.
///
/// # Panics
///
/// Where there is no server and none can be started.
pub fn server_certificate() -> Option<PathBuf> {
    match server() {
        Server::Given(_) | Server::StandIn => None,
        Server::Local(local) => Some(local.certificate()),
    }
}

/// The files of a certificate for the role `needs_certificate` and of its key, where the server was started for the tests:
/// it lets nobody in by that name without.
///
/// # Panics
///
/// Where there is no server and none can be started.
pub fn client_certificate() -> Option<[PathBuf; 2]> {
    match server() {
        Server::Given(_) | Server::StandIn => None,
        Server::Local(local) => Some(local.client_certificate()),
    }
}

/// The url of the same database over the server's Unix socket, where the server was started for the tests.
///
/// # Panics
///
/// Where there is no server and none can be started.
pub fn socket_url(url: &str) -> Option<String> {
    let Server::Local(local) = server() else { return None };
    let (address, socket) = local.addresses();
    Some(url.replacen(&address, &socket, 1))
}

/// Creates an empty database and returns its url.
///
/// # Panics
///
/// Where there is no server and none can be started, or it lets no database be created.
pub async fn database() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    if matches!(server(), Server::StandIn) {
        return stand_in();
    }
    let url = server_url();
    let name = format!("ominipg_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let config: Config = url.parse().expect("OMINIPG_TEST_PG is a PostgreSQL url");
    let (client, connection) = config.connect(NoTls).await.expect("the test server answers");
    let connection = tokio::spawn(connection);
    client.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).await.expect("databases may be dropped");
    client.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("databases may be created");
    drop(client);
    let _ = connection.await;
    with_database(&url, &name)
}

#[cfg(feature = "embedded")]
fn stand_in() -> String {
    crate::embedded::serve().expect("a port of this machine can be listened on")
}

#[cfg(not(feature = "embedded"))]
fn stand_in() -> String {
    panic!(
        "there is no PostgreSQL on this machine: name a server, as in `OMINIPG_TEST_PG=postgresql://user@host/database`"
    )
}

/// The url with another database.
fn with_database(url: &str, name: &str) -> String {
    let (base, parameters) = url.split_once('?').unwrap_or((url, ""));
    let authority = base.find("://").map_or(0, |scheme| scheme + 3);
    let base = base[authority..].find('/').map_or(base, |slash| &base[..authority + slash]);
    let separator = if parameters.is_empty() { "" } else { "?" };
    format!("{base}/{name}{separator}{parameters}")
}
