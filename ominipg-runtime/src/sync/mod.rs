//! What keeps an embedded database and a server in step.

pub(crate) mod core;
