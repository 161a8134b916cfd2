//! PostgreSQL's own regression tests on the embedded engine, as far as they apply to one backend.
//!
//! The tests come from a source tree of PostgreSQL: nothing of it is here. How they are run and what the last run gave
//! stands in `docs/REGRESSION.md`.

mod arguments;
mod causes;
mod comparison;
mod embedded;
mod native;
mod psql;
mod report;
mod run;
mod schedule;
mod sources;
mod target;
mod verdict;

pub use self::arguments::Arguments;
pub use self::run::run;
