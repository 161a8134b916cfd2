//! The rules that a model must satisfy before code is made of it: one small function a rule.

mod attributes;
mod distribution;
mod enums;
mod foreign_keys;
mod indexes;
mod json_types;
mod keys;
mod names;
mod rust_names;
mod rust_types;
mod was;
mod writing;

use crate::diagnostic::Findings;
use crate::emit::Settings;
use crate::model::Schema;

/// Checks everything; nothing stops at the first finding.
pub(crate) fn check(schema: &Schema, settings: &Settings, findings: &mut Findings) {
    names::tables(schema, findings);
    names::columns(schema, findings);
    names::unique(schema, findings);
    names::usable(schema, findings);
    keys::keys(schema, findings);
    foreign_keys::types(schema, findings);
    enums::native(schema, findings);
    indexes::kinds(schema, findings);
    distribution::columns(schema, findings);
    was::was(schema, findings);
    writing::read_and_write_only(schema, findings);
    writing::never_written(schema, findings);
    rust_types::paths(schema, findings);
    attributes::rust(schema, findings);
    rust_names::fields(schema, findings);
    rust_names::relations(schema, findings);
    rust_names::modules(schema, findings);
    // What is derived from names would only repeat what is wrong with them.
    if !findings.has_errors() {
        names::derived(schema, findings);
        let json = json_types::types(schema, settings, findings);
        json_types::untyped(schema, findings);
        rust_names::types(schema, &json, findings);
        rust_names::exports(schema, findings);
    }
}
