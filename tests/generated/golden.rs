//! The golden outputs.

#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/blog/out/mod.rs"]
pub(crate) mod blog;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/bundle/out/mod.rs"]
pub(crate) mod bundle;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/case/out/mod.rs"]
pub(crate) mod case;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/draft7/out/mod.rs"]
pub(crate) mod draft7;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/flights/out/mod.rs"]
pub(crate) mod flights;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/json/out/mod.rs"]
pub(crate) mod json;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/junction/out/mod.rs"]
pub(crate) mod junction;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/kept/out/mod.rs"]
pub(crate) mod kept;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/keys/out/mod.rs"]
pub(crate) mod keys;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/layers/out/mod.rs"]
pub(crate) mod layers;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/names/out/mod.rs"]
pub(crate) mod names;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/native/out/mod.rs"]
pub(crate) mod native;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/notes/out/mod.rs"]
pub(crate) mod notes;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/own/out/mod.rs"]
pub(crate) mod own;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/prelude/out/mod.rs"]
pub(crate) mod prelude;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/rules/out/mod.rs"]
pub(crate) mod rules;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/selfref/out/mod.rs"]
pub(crate) mod selfref;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/shop/out/mod.rs"]
pub(crate) mod shop;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/sql/out/mod.rs"]
pub(crate) mod sql;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/sync/out/mod.rs"]
pub(crate) mod sync;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/unicode/out/mod.rs"]
pub(crate) mod unicode;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/upstream/out/mod.rs"]
pub(crate) mod upstream;
#[rustfmt::skip]
#[path = "../../ominipg-codegen/tests/golden/wide/out/mod.rs"]
pub(crate) mod wide;
