//! The primary key's type.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::docs;
use super::json_types::JsonTypes;
use super::row::{derives, serde};
use super::{Settings, types};
use crate::model::Table;
use crate::names::ident;

pub(super) fn key(table: &Table, json: &JsonTypes, settings: &Settings) -> TokenStream {
    let name = ident(&table.key_type());
    let doc = format!(" The primary key of the table `{}`.", table.name);
    let columns = || table.primary_key.iter().map(|position| (*position, &table.columns[*position]));
    if let [position] = table.primary_key[..] {
        let ty = types::value(&table.columns[position], position, json);
        return quote! {
            #[doc = #doc]
            pub type #name = #ty;
        };
    }
    let hashable = columns().all(|(_, column)| column.rust.is_none() && column.ty.is_hashable());
    let usual: &[&str] = if hashable {
        &["Clone", "Debug", "PartialEq", "Eq", "Hash"]
    } else {
        &["Clone", "Debug", "PartialEq"]
    };
    // Few tables have such a key.
    let settings = &Settings { derives_serde: true, ..settings.clone() };
    let derives = derives(usual, settings);
    let fields = columns().map(|(position, column)| {
        let (doc, serde) =
            (docs(&column.doc), serde(column, &super::row::base64(column, settings), settings));
        let (field, ty) = (ident(&column.field), types::value(column, position, json));
        quote!(#doc #serde pub #field: #ty)
    });
    let arguments = columns().map(|(position, column)| {
        let (field, ty) = (ident(&column.field), types::value(column, position, json));
        quote!(#field: impl rt::IntoValue<#ty>)
    });
    let values = columns().map(|(_, column)| {
        let field = ident(&column.field);
        quote!(#field: rt::IntoValue::into_value(#field))
    });
    quote! {
        #[doc = #doc]
        #derives
        pub struct #name { #(#fields),* }

        impl #name {
            /// A key from its parts.
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values),* }
            }
        }
    }
}
