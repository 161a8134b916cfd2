//! Every golden output of the generator compiles, with warnings denied, and behaves as its schemas say.
#![deny(warnings, clippy::all)]

mod checks;
mod golden;
mod json;
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

#[test]
fn every_golden_output_is_compiled() {
    let list = include_str!("golden.rs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/ominipg-codegen/tests/golden");
    for case in std::fs::read_dir(folder).expect("the cases are there") {
        let name = case.expect("the cases are there").file_name().into_string().expect("it is UTF-8");
        assert!(list.contains(&format!("mod {name};")), "tests/generated/golden.rs does not name `{name}`");
    }
}
