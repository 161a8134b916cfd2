//! Every golden output of the generator compiles, with warnings denied, and behaves as its schemas say.
#![deny(warnings)]

mod checks;
mod golden;
mod names;
mod rules;
mod server;

/// The macro shows warnings as the use of something deprecated.
#[allow(deprecated)]
mod by_macro_with_warnings {
    ominipg::ominipg_schema!("ominipg-codegen/tests/golden/rules/schemas");
}

/// The macro expands in place.
pub(crate) mod by_macro {
    ominipg::ominipg_schema!("schemas/blog");
}
