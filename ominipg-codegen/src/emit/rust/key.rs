//! The primary key's type.

use proc_macro2::TokenStream;
use quote::quote;

use super::Settings;
use super::docs::docs;
use super::field::Field;
use super::row::{Debug, base64, derives, serde};
use crate::model::Table;
use crate::names::ident;

pub(super) fn key(table: &Table, fields: &[Field<'_>], settings: &Settings) -> TokenStream {
    let name = ident(&table.key_type());
    let doc = format!(" The primary key of the table `{}`.", table.name);
    if let [position] = table.primary_key[..] {
        let ty = &fields[position].value;
        return quote! {
            #[doc = #doc]
            pub type #name = #ty;
        };
    }
    let fields = || table.primary_key.iter().map(|position| &fields[*position]);
    let hashable = fields().all(|Field { column, .. }| column.rust.is_none() && column.ty.is_hashable());
    let usual: &[&str] = if hashable {
        &["Clone", "Debug", "PartialEq", "Eq", "Hash"]
    } else {
        &["Clone", "Debug", "PartialEq"]
    };
    // Few tables have such a key.
    let settings = &Settings { derives_serde: true, ..settings.clone() };
    let derives = derives(usual, &Debug::Derived, settings);
    let docs = fields().map(|field| docs(&field.column.doc));
    let serde = fields().map(|field| serde(field.column, settings, || base64(field.column, settings)));
    let names: Vec<_> = fields().map(|field| &field.name).collect();
    let types: Vec<_> = fields().map(|field| &field.value).collect();
    quote! {
        #[doc = #doc]
        #derives
        pub struct #name { #(#docs #serde pub #names: #types),* }

        impl #name {
            /// A key from its parts.
            pub fn new(#(#names: impl rt::IntoValue<#types>),*) -> Self {
                Self { #(#names: rt::IntoValue::into_value(#names)),* }
            }
        }
    }
}
