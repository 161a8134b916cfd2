//! The golden outputs.

#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/blog/out/mod.rs"]
pub(crate) mod blog;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/bundle/out/mod.rs"]
pub(crate) mod bundle;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/json/out/mod.rs"]
pub(crate) mod json;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/keys/out/mod.rs"]
pub(crate) mod keys;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/names/out/mod.rs"]
pub(crate) mod names;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/rules/out/mod.rs"]
pub(crate) mod rules;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/sql/out/mod.rs"]
pub(crate) mod sql;
