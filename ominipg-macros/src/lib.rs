//! The macro `ominipg_schema!`.
