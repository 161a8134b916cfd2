//! One function a relation.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::column_fns;
use super::docs::docs;
use super::entry_points::is_taken;
use crate::model::{Relation, RelationKind, Schema, Table};
use crate::names::ident;

pub(super) fn relations(schema: &Schema, table: &Table) -> TokenStream {
    let row = ident(&table.row);
    let functions = table.relations.iter().enumerate().map(|(position, relation)| {
        let doc = docs(&relation.doc);
        let name = ident(&function_name(table, relation));
        let target = &schema.tables[relation.target];
        let (module, target) = (ident(&target.module), ident(&target.row));
        let kind = ident(match relation.kind {
            RelationKind::BelongsTo => "BelongsTo",
            RelationKind::OptionalBelongsTo => "OptionalBelongsTo",
            RelationKind::HasMany => "HasMany",
            RelationKind::ManyToMany => "ManyToMany",
        });
        let index = Literal::usize_unsuffixed(position);
        quote! {
            #doc
            pub fn #name() -> rt::#kind<#row, super::#module::#target> {
                rt::#kind::new(&TABLE.relations[#index])
            }
        }
    });
    quote!(#(#functions)*)
}

/// The relation's name, with `_` behind it where an entry point or a column has it.
pub(super) fn function_name(table: &Table, relation: &Relation) -> String {
    let mut name = relation.name.clone();
    // A column that is not called the same, but for a `_`, has another function.
    let is_column = |name: &str| {
        let near = |field: &str| field.trim_end_matches('_') == name.trim_end_matches('_');
        let mut columns = table.columns.iter().filter(|column| near(&column.field));
        columns.any(|column| column_fns::function_name(table, &column.field) == ident(name))
    };
    while is_taken(table, &name) || is_column(&name) {
        name.push('_');
    }
    name
}
