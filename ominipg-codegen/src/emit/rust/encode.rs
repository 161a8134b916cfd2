//! How values are put into the columns of their table.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::model::{Column, Presence, Table};
use crate::names::ident;

/// How a column stands in the type that is encoded.
#[derive(Clone, Copy)]
pub(super) enum Stand {
    Plain,
    Optional,
    Field,
}

impl Stand {
    pub(super) fn in_row(column: &Column) -> Self {
        if column.nullable { Self::Optional } else { Self::Plain }
    }

    pub(super) fn in_new(column: &Column) -> Self {
        match column.presence() {
            Presence::Required => Self::Plain,
            Presence::Optional => Self::Optional,
            Presence::Defaulted => Self::Field,
        }
    }
}

pub(super) fn encode<'a>(
    ty: &str,
    columns: impl Iterator<Item = (usize, &'a Column)>,
    stand: impl Fn(&Column) -> Stand,
) -> TokenStream {
    let ty = ident(ty);
    let puts: Vec<TokenStream> =
        columns.map(|(position, column)| put(position, column, stand(column))).collect();
    let out = if puts.is_empty() { quote!(_out) } else { quote!(out) };
    quote! {
        impl rt::Encode for #ty {
            fn encode(&self, #out: &mut rt::Encoder) {
                #(#puts)*
            }
        }
    }
}

fn put(position: usize, column: &Column, stand: Stand) -> TokenStream {
    let index = Literal::usize_unsuffixed(position);
    let field = ident(&column.field);
    match (column.ty.is_json(), stand) {
        (false, Stand::Plain | Stand::Optional) => quote!(out.put(#index, &self.#field);),
        (false, Stand::Field) => quote!(out.put_field(#index, &self.#field);),
        (true, Stand::Plain) => quote!(out.put_json(#index, ::core::option::Option::Some(&self.#field));),
        (true, Stand::Optional) => quote!(out.put_json(#index, self.#field.as_ref());),
        (true, Stand::Field) => quote!(out.put_json_field(#index, &self.#field);),
    }
}

/// The columns that users write, with their positions.
pub(super) fn written(table: &Table) -> impl Iterator<Item = (usize, &Column)> {
    table.columns.iter().enumerate().filter(|(_, column)| !column.read_only)
}
