//! Breaks what a sync needs, at every point and at random, and looks whether all of it arrived, and arrived once.

mod client_kills;
mod place;
mod server_kills;
mod victim;
mod workload;

pub use self::client_kills::{ClientKills, Killed, kill_clients};
pub use self::place::{Place, copy, open, point_named, scratch};
pub use self::server_kills::{ServerKills, kill_servers};
pub use self::victim::{at_point, die, endless, program, spawn};
pub use self::workload::{Truth, large, poison, prepare, small, tickets};
