//! One function a column, for filters and orders.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::docs::docs;
use super::entry_points::is_taken;
use super::json_types::JsonTypes;
use super::row::deprecated;
use super::types;
use crate::model::Table;
use crate::names::ident;

pub(super) fn column_fns(table: &Table, json: &JsonTypes) -> TokenStream {
    let row = ident(&table.row);
    let functions = table.columns.iter().enumerate().map(|(position, column)| {
        let doc = docs(&column.doc);
        let deprecated = deprecated(column.deprecated);
        let name = function_name(table, &column.field);
        let ty = types::column(column, position, json);
        let index = Literal::usize_unsuffixed(position);
        quote! {
            #doc
            #deprecated
            pub fn #name() -> rt::Column<#row, #ty> {
                rt::Column::new(&TABLE.columns[#index])
            }
        }
    });
    quote!(#(#functions)*)
}

/// A field's name, with `_` behind it where an entry point has it.
pub(super) fn function_name(table: &Table, field: &str) -> Ident {
    if is_taken(table, field) { ident(&format!("{field}_")) } else { ident(field) }
}
