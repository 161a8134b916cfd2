//! A PostgreSQL server for tests: the one that `OMINIPG_TEST_PG` names, else one that is started from the `initdb` and
//! `postgres` of this machine, in a temporary folder, for as long as the tests run; else embedded engines that stand in
//! for one (`OMINIPG_TEST_PG=embedded` asks for them), unless they are left out with the cargo feature `embedded`.

mod binaries;
mod certificates;
mod crash_server;
mod database;
#[cfg(feature = "embedded")]
mod embedded;
mod local;
mod proxy;
mod random;

pub use self::binaries::find_program;
pub use self::crash_server::CrashServer;
pub use self::database::{
    client_certificate, connections, database, server_certificate, server_url, socket_url, takes_connections,
};
pub use self::proxy::{Break, Proxy, Way};
pub use self::random::Random;
