//! The three-state update.

use proc_macro2::TokenStream;
use quote::quote;

use super::encode::{self, Stand};
use super::field::{Field, written};
use super::new::field_attributes;
use super::record::record;
use super::row::{attributes, base64, debug, derives, serde};
use super::{Settings, rules};
use crate::model::Table;
use crate::names::ident;

pub(super) fn patch(table: &Table, fields: &[Field<'_>], settings: &Settings) -> TokenStream {
    let name = ident(&table.patch_type());
    let doc =
        format!(" What an update of the table `{}` takes: each column is left alone, or set.", table.name);
    let debug = debug(&table.patch_type(), written(fields), settings);
    let derives = derives(&["Clone", "Debug", "Default", "PartialEq"], &debug, settings);
    let own = attributes(&table.attributes);
    let closed = table.closed.then(|| quote!(, deny_unknown_fields));
    let serde_default = settings.derives_serde.then(|| quote!(#[serde(default #closed)]));
    let heads = written(fields).map(|field| &field.head);
    let serde = written(fields).map(|field| {
        serde(field.column, settings, || {
            let mut out = base64(field.column, settings);
            out.extend(field_attributes(settings).into_iter().skip(1));
            out
        })
    });
    let attributes = written(fields).map(|field| attributes(&field.column.attributes));
    let names: Vec<_> = written(fields).map(|field| &field.name).collect();
    let types = written(fields).map(|field| &field.row);
    let setters = written(fields).map(|field| &field.setter);
    let encode = if settings.derives_serde {
        encode::encode(&table.patch_type(), written(fields), |_| Stand::Field, settings.prelude)
    } else {
        record(
            table,
            &table.patch_type(),
            "Written",
            table.closed,
            written(fields),
            |_| Stand::Field,
            settings.prelude,
        )
    };
    let validate = rules::validate(&table.patch_type(), written(fields), |_| Stand::Field, settings.prelude);
    quote! {
        #[doc = #doc]
        #derives
        #serde_default
        #own
        pub struct #name { #(#heads #serde #attributes pub #names: rt::Field<#types>),* }

        #debug

        impl #name {
            /// An update that leaves everything alone.
            pub fn new() -> Self {
                <Self as ::core::default::Default>::default()
            }

            #(
                #setters {
                    self.#names = rt::Field::Set(rt::IntoValue::into_value(#names));
                    self
                }
            )*
        }

        #encode
        #validate
    }
}
