//! One function a column, for filters and orders.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::entry_points::is_taken;
use super::field::Field;
use super::prelude::Prelude;
use super::types;
use crate::model::Table;
use crate::names::ident;

pub(super) fn column_fns(table: &Table, fields: &[Field<'_>], prelude: Prelude) -> TokenStream {
    let row = ident(&table.row);
    let heads = fields.iter().map(|field| &field.head);
    let names = fields.iter().map(|field| function_name(table, &field.column.field));
    let types = fields.iter().map(|field| types::column(field, prelude));
    let indexes = fields.iter().map(|field| &field.index);
    quote! {
        #(
            #heads
            pub fn #names() -> rt::Column<#row, #types> {
                rt::Column::new(&TABLE.columns[#indexes])
            }
        )*
    }
}

/// A field's name, with `_` behind it where an entry point has it.
pub(super) fn function_name(table: &Table, field: &str) -> Ident {
    if is_taken(table, field) { ident(&format!("{field}_")) } else { ident(field) }
}
