//! The enum of a table's constraints.

use proc_macro2::TokenStream;
use quote::quote;

use crate::emit;
use crate::model::Table;
use crate::names::{ident, pascal};
use crate::shape;

/// The name of the enum.
pub(crate) const CONSTRAINT: &str = "Constraint";

pub(super) fn constraints(table: &Table, shape: &shape::Table) -> TokenStream {
    let all = emit::constraints(shape);
    let field = |name: &str| {
        let column = table.columns.iter().find(|column| column.name == name);
        pascal(&column.expect("constraints are on columns").field)
    };
    let mut taken: Vec<String> = Vec::with_capacity(all.len());
    for constraint in &all {
        let columns = constraint.columns.iter().map(|column| field(column));
        let plain = columns.chain([pascal(constraint.suffix)]).collect::<String>();
        let mut name = plain.clone();
        let mut number = 2;
        // `a_b, c` and `a, b_c` are the same in a variant's name.
        while taken.contains(&name) {
            name = format!("{plain}{number}");
            number += 1;
        }
        taken.push(name);
    }
    let variants = taken.iter().map(|name| ident(name));
    let names = all.iter().map(|constraint| constraint.name);
    let table = &table.name;
    quote!(rt::constraints!(#table { #(#variants = #names),* });)
}
