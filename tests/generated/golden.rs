//! The golden outputs.

#[path = "../../ominipg-codegen/tests/golden/blog/out/mod.rs"]
pub(crate) mod blog;
#[path = "../../ominipg-codegen/tests/golden/bundle/out/mod.rs"]
pub(crate) mod bundle;
#[path = "../../ominipg-codegen/tests/golden/json/out/mod.rs"]
pub(crate) mod json;
#[path = "../../ominipg-codegen/tests/golden/keys/out/mod.rs"]
pub(crate) mod keys;
#[path = "../../ominipg-codegen/tests/golden/names/out/mod.rs"]
pub(crate) mod names;
#[path = "../../ominipg-codegen/tests/golden/rules/out/mod.rs"]
pub(crate) mod rules;
