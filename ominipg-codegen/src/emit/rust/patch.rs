//! The three-state update.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::docs;
use super::encode::{self, Stand, written};
use super::json_types::JsonTypes;
use super::new::{field_attributes, setter};
use super::record::record;
use super::row::{attributes, base64, deprecated, derives, serde};
use super::{Settings, rules, types};
use crate::model::Table;
use crate::names::ident;

pub(super) fn patch(table: &Table, json: &JsonTypes, settings: &Settings) -> TokenStream {
    let name = ident(&table.patch_type());
    let doc =
        format!(" What an update of the table `{}` takes: each column is left alone, or set.", table.name);
    let derives = derives(&["Clone", "Debug", "Default", "PartialEq"], settings);
    let own = attributes(&table.attributes);
    let closed = table.closed.then(|| quote!(, deny_unknown_fields));
    let serde_default = settings.derives_serde.then(|| quote!(#[serde(default #closed)]));
    let fields = written(table).map(|(position, column)| {
        let (doc, deprecated) = (docs(&column.doc), deprecated(column.deprecated));
        let mut attributes = base64(column, settings);
        attributes.extend(field_attributes(settings).into_iter().skip(1));
        let serde = serde(column, &attributes, settings);
        let (field, ty) = (ident(&column.field), types::row(column, position, json));
        let own = self::attributes(&column.attributes);
        quote!(#doc #deprecated #serde #own pub #field: rt::Field<#ty>)
    });
    let setters = written(table).map(|(position, column)| setter(column, position, json, true));
    let encode = if settings.derives_serde {
        encode::encode(&table.patch_type(), written(table), |_| Stand::Field)
    } else {
        record(table, &table.patch_type(), "Written", table.closed, written(table), |_| Stand::Field)
    };
    let validate = rules::validate(&table.patch_type(), written(table), |_| Stand::Field);
    quote! {
        #[doc = #doc]
        #derives
        #serde_default
        #own
        pub struct #name { #(#fields),* }

        impl #name {
            /// An update that leaves everything alone.
            pub fn new() -> Self {
                <Self as ::core::default::Default>::default()
            }

            #(#setters)*
        }

        #encode
        #validate
    }
}
