//! The core against a model: replicas with clocks of all kinds, a server in memory, and everything that can go wrong between.
//!
//! A schedule is a number: the same one always does the same. `OMINIPG_SYNC_SCHEDULES` says how many are tried, and
//! `OMINIPG_SYNC_SEED` which is the first.

mod checks;
mod compaction;
mod crashes;
mod machine;
mod model;
mod mutants;
mod oracle;
mod pairs;
mod random;
mod replica;
mod resolved;
mod run;
mod schedules;
mod server;
mod tables;
