//! The insert value.

use proc_macro2::TokenStream;
use quote::quote;

use super::encode::{self, Stand};
use super::field::{Field, written};
use super::record::record;
use super::row::{attributes, base64, debug, derives, serde};
use super::{Settings, rules, types};
use crate::model::{Column, Presence, Table};
use crate::names::ident;

pub(super) fn new(table: &Table, fields: &[Field<'_>], settings: &Settings) -> TokenStream {
    let name = ident(&table.new_type());
    let doc = format!(
        " What an insert into the table `{}` takes: the columns that the database does not fill alone.",
        table.name
    );
    let debug = debug(&table.new_type(), written(fields), settings);
    let derives = derives(&["Clone", "Debug", "PartialEq"], &debug, settings);
    let own = attributes(&table.attributes);
    let closed = (table.closed && settings.derives_serde).then(|| quote!(#[serde(deny_unknown_fields)]));
    let heads = written(fields).map(|field| &field.head);
    let serde =
        written(fields).map(|field| serde(field.column, settings, || new_serde(field.column, settings)));
    let attributes = written(fields).map(|field| attributes(&field.column.attributes));
    let names: Vec<_> = written(fields).map(|field| &field.name).collect();
    let types = written(fields).map(types::insert);
    let required = || written(fields).filter(|field| field.column.presence() == Presence::Required);
    let (arguments, takes) = (required().map(|field| &field.name), required().map(|field| &field.row));
    let (none, unset) = (settings.prelude.none(), quote!(rt::Field::Unset));
    let values = written(fields).map(|Field { column, name, .. }| match column.presence() {
        Presence::Required => quote!(rt::IntoValue::into_value(#name)),
        Presence::Optional => quote!(#none),
        Presence::Defaulted => unset.clone(),
    });
    let others = || written(fields).filter(|field| field.column.presence() != Presence::Required);
    let (setters, set) = (others().map(|field| &field.setter), others().map(|field| &field.name));
    let given = others().map(|Field { column, name, .. }| match column.presence() {
        Presence::Defaulted => quote!(rt::Field::Set(rt::IntoValue::into_value(#name))),
        _ => quote!(rt::IntoValue::into_value(#name)),
    });
    let encode = if settings.derives_serde {
        encode::encode(&table.new_type(), written(fields), Stand::in_new, settings.prelude)
    } else {
        record(
            table,
            &table.new_type(),
            "Written",
            table.closed,
            written(fields),
            Stand::in_new,
            settings.prelude,
        )
    };
    let validate = rules::validate(&table.new_type(), written(fields), Stand::in_new, settings.prelude);
    quote! {
        #[doc = #doc]
        #derives
        #closed
        #own
        pub struct #name { #(#heads #serde #attributes pub #names: #types),* }

        #debug

        impl #name {
            /// A value with the columns that must be given; the rest is NULL or left to the database.
            pub fn new(#(#arguments: impl rt::IntoValue<#takes>),*) -> Self {
                Self { #(#names: #values),* }
            }

            #(
                #setters {
                    self.#set = #given;
                    self
                }
            )*
        }

        #encode
        #validate
    }
}

fn new_serde(column: &Column, settings: &Settings) -> Vec<TokenStream> {
    let mut out = base64(column, settings);
    match column.presence() {
        Presence::Required => {}
        Presence::Optional => out.push(quote!(default)),
        Presence::Defaulted => out.extend(field_attributes(settings)),
    }
    out
}

/// What serde must know of a value that may be left alone.
pub(super) fn field_attributes(settings: &Settings) -> Vec<TokenStream> {
    let unset = settings.support_text("Field::is_unset");
    vec![quote!(default), quote!(skip_serializing_if = #unset)]
}
