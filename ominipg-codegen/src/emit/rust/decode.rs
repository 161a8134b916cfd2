//! How a row is read, and its key written.

use proc_macro2::TokenStream;
use quote::quote;

use super::Settings;
use super::field::Field;
use crate::model::Table;
use crate::names::ident;

pub(super) fn model(table: &Table, fields: &[Field<'_>], settings: &Settings) -> TokenStream {
    let (row, new, patch) = (ident(&table.row), ident(&table.new_type()), ident(&table.patch_type()));
    let key = ident(&table.key_type());
    let (ok, result) = (settings.prelude.ok(), settings.prelude.result());
    let put = table.primary_key.iter().map(|position| {
        let Field { index, name, .. } = &fields[*position];
        if table.primary_key.len() == 1 {
            quote!(out.put(#index, key);)
        } else {
            quote!(out.put(#index, &key.#name);)
        }
    });
    let versioned = table.version.map(|position| {
        let ty = super::types::column(&fields[position], settings.prelude);
        quote! {
            impl rt::Versioned for #row {
                type Version = #ty;
            }
        }
    });
    let soft = table.deleted_at.map(|_| quote!(impl rt::SoftDelete for #row {}));
    let decode = if settings.derives_serde {
        let next = fields.iter().map(|field| match (field.column.ty.is_json(), field.column.nullable) {
            (false, _) => quote!(next),
            (true, false) => quote!(next_json),
            (true, true) => quote!(next_json_opt),
        });
        let names = fields.iter().map(|field| &field.name);
        quote!(#ok(Self { #(#names: row.#next()?),* }))
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

            fn decode(row: &mut rt::RowReader<'_>) -> #result<Self, rt::Error> {
                #decode
            }

            fn encode_key(key: &#key, out: &mut rt::Encoder) {
                #(#put)*
            }
        }
    }
}
