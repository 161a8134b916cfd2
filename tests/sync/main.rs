//! Sync of embedded databases with a server: what arrives, what is refused, and what two replicas make of the same row.

mod basics;
mod conflicts;
mod drift;
mod place;
mod refusals;
mod running;
mod types;
