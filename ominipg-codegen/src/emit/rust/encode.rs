//! How values are put into the columns of their table.

use proc_macro2::TokenStream;
use quote::quote;

use super::field::Field;
use super::prelude::Prelude;
use crate::model::{Column, Presence};
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

pub(super) fn encode<'f, 'a: 'f>(
    ty: &str,
    fields: impl Iterator<Item = &'f Field<'a>>,
    stand: impl Fn(&Column) -> Stand,
    prelude: Prelude,
) -> TokenStream {
    let ty = ident(ty);
    let puts: Vec<TokenStream> = fields.map(|field| put(field, stand(field.column), prelude)).collect();
    let out = if puts.is_empty() { quote!(_out) } else { quote!(out) };
    quote! {
        impl rt::Encode for #ty {
            fn encode(&self, #out: &mut rt::Encoder) {
                #(#puts)*
            }
        }
    }
}

fn put(Field { column, index, name, .. }: &Field<'_>, stand: Stand, prelude: Prelude) -> TokenStream {
    match (column.ty.is_json(), stand) {
        (false, Stand::Plain | Stand::Optional) => quote!(out.put(#index, &self.#name);),
        (false, Stand::Field) => quote!(out.put_field(#index, &self.#name);),
        (true, Stand::Plain) => {
            let some = prelude.some();
            quote!(out.put_json(#index, #some(&self.#name));)
        }
        (true, Stand::Optional) => quote!(out.put_json(#index, self.#name.as_ref());),
        (true, Stand::Field) => quote!(out.put_json_field(#index, &self.#name);),
    }
}
