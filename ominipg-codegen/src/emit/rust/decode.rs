//! How a row is read, and its key written.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::Settings;
use super::json_types::JsonTypes;
use crate::model::Table;
use crate::names::ident;

pub(super) fn model(table: &Table, json: &JsonTypes, settings: &Settings) -> TokenStream {
    let (row, new, patch) = (ident(&table.row), ident(&table.new_type()), ident(&table.patch_type()));
    let key = ident(&table.key_type());
    let fields = table.columns.iter().map(|column| {
        let field = ident(&column.field);
        let next = match (column.ty.is_json(), column.nullable) {
            (false, _) => quote!(next),
            (true, false) => quote!(next_json),
            (true, true) => quote!(next_json_opt),
        };
        quote!(#field: row.#next()?)
    });
    let put = table.primary_key.iter().map(|position| {
        let index = Literal::usize_unsuffixed(*position);
        if table.primary_key.len() == 1 {
            quote!(out.put(#index, key);)
        } else {
            let field = ident(&table.columns[*position].field);
            quote!(out.put(#index, &key.#field);)
        }
    });
    let versioned = table.version.map(|position| {
        let ty = super::types::column(&table.columns[position], position, json);
        quote! {
            impl rt::Versioned for #row {
                type Version = #ty;
            }
        }
    });
    let soft = table.deleted_at.map(|_| quote!(impl rt::SoftDelete for #row {}));
    let decode = if settings.derives_serde {
        quote!(::core::result::Result::Ok(Self { #(#fields),* }))
    } else {
        quote!(rt::Record::read(row))
    };
    quote! {
        #versioned
        #soft

        impl rt::Model for #row {
            type New = #new;
            type Patch = #patch;
            type Key = #key;
            const TABLE: &'static rt::TableDef = &TABLE;

            fn decode(row: &mut rt::RowReader<'_>) -> ::core::result::Result<Self, rt::Error> {
                #decode
            }

            fn encode_key(key: &#key, out: &mut rt::Encoder) {
                #(#put)*
            }
        }
    }
}
