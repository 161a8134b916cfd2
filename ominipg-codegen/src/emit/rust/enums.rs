//! Enums of texts.

use proc_macro2::TokenStream;
use quote::quote;

use super::Settings;
use super::docs::docs;
use super::row::{Debug, derives};
use crate::model::Table;
use crate::names::ident;

pub(super) fn enums(table: &Table, settings: &Settings) -> TokenStream {
    let enums = table.enums().into_iter().map(|(column, found)| {
        let name = ident(&found.name);
        let doc = docs(&format!("The values of `{}`.\n\n{}", column.property, column.doc));
        let derives =
            derives(&["Clone", "Copy", "Debug", "PartialEq", "Eq", "Hash"], &Debug::Derived, settings);
        let variants = found.variants.iter().map(|variant| {
            let (name, value) = (ident(&variant.name), &variant.value);
            let doc = docs(&format!("`{}`", value.replace('`', "'")));
            let rename =
                (settings.derives_serde && variant.name != *value).then(|| quote!(#[serde(rename = #value)]));
            quote!(#doc #rename #name)
        });
        let names = found.variants.iter().map(|variant| ident(&variant.name));
        let values = found.variants.iter().map(|variant| &variant.value);
        let serde = (!settings.derives_serde).then(|| quote!(rt::serde_text_enum!(#name);));
        quote! {
            #doc
            #derives
            pub enum #name { #(#variants),* }

            rt::text_enum!(#name { #(#names = #values),* });
            #serde
        }
    });
    quote!(#(#enums)*)
}
