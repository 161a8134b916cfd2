//! What generated ominipg code runs on.
pub mod schema;
