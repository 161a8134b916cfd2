//! What the code of a table says of a column again and again, made once.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::docs::docs;
use super::json_types::JsonTypes;
use super::prelude::Prelude;
use super::row::deprecated;
use super::types;
use crate::model::{Column, Table};
use crate::names::ident;

pub(super) struct Field<'a> {
    pub(super) column: &'a Column,
    /// The position of the column.
    pub(super) index: Literal,
    pub(super) name: Ident,
    /// The documentation, and whether the column is deprecated.
    pub(super) head: TokenStream,
    /// The type of a value that is there.
    pub(super) value: TokenStream,
    /// The type in a row: nullable columns are optional.
    pub(super) row: TokenStream,
    /// What stands before the body of the method that sets it, where users write it.
    pub(super) setter: Option<TokenStream>,
}

/// The fields of all columns, in their order.
pub(super) fn fields<'a>(table: &'a Table, json: &JsonTypes, prelude: Prelude) -> Vec<Field<'a>> {
    let field = |(position, column): (usize, &'a Column)| {
        let name = ident(&column.field);
        let (docs, deprecated) = (docs(&column.doc), deprecated(column.deprecated));
        let value = types::value(column, position, json, prelude);
        let row = types::optional(&value, column.nullable, prelude);
        let setter = (!column.read_only).then(|| setter(column, &name, &row));
        let (index, head) = (Literal::usize_unsuffixed(position), quote!(#docs #deprecated));
        Field { column, index, name, head, value, row, setter }
    };
    table.columns.iter().enumerate().map(field).collect()
}

/// The name `new` is taken.
fn setter(column: &Column, name: &Ident, ty: &TokenStream) -> TokenStream {
    let docs = docs(&format!("Sets `{}`.\n\n{}", column.property, column.doc));
    let deprecated = deprecated(column.deprecated);
    let method = if column.field == "new" { &ident("new_") } else { name };
    quote!(#docs #deprecated pub fn #method(mut self, #name: impl rt::IntoValue<#ty>) -> Self)
}

/// Those that users write.
pub(super) fn written<'f, 'a>(fields: &'f [Field<'a>]) -> impl Iterator<Item = &'f Field<'a>> + Clone {
    fields.iter().filter(|field| !field.column.read_only)
}
