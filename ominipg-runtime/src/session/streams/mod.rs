//! Statements whose data comes or goes piece by piece, each at its caller's pace.
//!
//! Nothing is held in full: the driver keeps one piece for a caller and then reads no more of the connection, so that a
//! server's socket fills and it waits; an embedded session keeps 256 KB, and then PostgreSQL is suspended. A portal that is
//! fetched in parts would do the same, but for SELECT alone, within a transaction, and without parallel plans.

mod copy_in;
mod copy_in_rows;
mod copy_out;
mod exchange;
mod foreign_rows;
mod reading;
mod row_stream;

pub use self::copy_in::CopyIn;
pub use self::copy_in_rows::CopyInRows;
pub(crate) use self::copy_in_rows::{END as COPY_END, HEADER as COPY_HEADER};
pub use self::copy_out::CopyOut;
pub(crate) use self::exchange::Exchange;
pub use self::row_stream::RowStream;
