//! The insert value.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::docs::docs;
use super::encode::{self, Stand, written};
use super::json_types::JsonTypes;
use super::record::record;
use super::row::{attributes, base64, deprecated, derives, serde};
use super::{Settings, rules, types};
use crate::model::{Column, Presence, Table};
use crate::names::ident;

pub(super) fn new(table: &Table, json: &JsonTypes, settings: &Settings) -> TokenStream {
    let name = ident(&table.new_type());
    let doc = format!(
        " What an insert into the table `{}` takes: the columns that the database does not fill alone.",
        table.name
    );
    let derives = derives(&["Clone", "Debug", "PartialEq"], settings);
    let own = attributes(&table.attributes);
    let closed = (table.closed && settings.derives_serde).then(|| quote!(#[serde(deny_unknown_fields)]));
    let fields = written(table).map(|(position, column)| {
        let (doc, deprecated) = (docs(&column.doc), deprecated(column.deprecated));
        let mut attributes = base64(column, settings);
        match column.presence() {
            Presence::Required => {}
            Presence::Optional => attributes.push(quote!(default)),
            Presence::Defaulted => attributes.extend(field_attributes(settings)),
        }
        let serde = serde(column, &attributes, settings);
        let own = self::attributes(&column.attributes);
        let (field, ty) = (ident(&column.field), types::insert(column, position, json));
        quote!(#doc #deprecated #serde #own pub #field: #ty)
    });
    let required = written(table).filter(|(_, column)| column.presence() == Presence::Required);
    let arguments = required.map(|(position, column)| {
        let (field, ty) = (ident(&column.field), types::row(column, position, json));
        quote!(#field: impl rt::IntoValue<#ty>)
    });
    let values = written(table).map(|(_, column)| {
        let field = ident(&column.field);
        match column.presence() {
            Presence::Required => quote!(#field: rt::IntoValue::into_value(#field)),
            Presence::Optional => quote!(#field: ::core::option::Option::None),
            Presence::Defaulted => quote!(#field: rt::Field::Unset),
        }
    });
    let setters = written(table)
        .filter(|(_, column)| column.presence() != Presence::Required)
        .map(|(position, column)| setter(column, position, json, column.presence() == Presence::Defaulted));
    let encode = if settings.derives_serde {
        encode::encode(&table.new_type(), written(table), Stand::in_new)
    } else {
        record(table, &table.new_type(), "Written", table.closed, written(table), Stand::in_new)
    };
    let validate = rules::validate(&table.new_type(), written(table), Stand::in_new);
    quote! {
        #[doc = #doc]
        #derives
        #closed
        #own
        pub struct #name { #(#fields),* }

        impl #name {
            /// A value with the columns that must be given; the rest is NULL or left to the database.
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values),* }
            }

            #(#setters)*
        }

        #encode
        #validate
    }
}

/// What serde must know of a value that may be left alone.
pub(super) fn field_attributes(settings: &Settings) -> Vec<TokenStream> {
    let unset = settings.support_text("Field::is_unset");
    vec![quote!(default), quote!(skip_serializing_if = #unset)]
}

/// A method that sets a column and gives the value back; `new` is taken.
pub(super) fn setter(column: &Column, position: usize, json: &JsonTypes, field: bool) -> TokenStream {
    let doc = docs(&format!("Sets `{}`.\n\n{}", column.property, column.doc));
    let deprecated = deprecated(column.deprecated);
    let name = ident(&column.field);
    let method = if column.field == "new" { format_ident!("new_") } else { name.clone() };
    let ty = types::row(column, position, json);
    let value = quote!(rt::IntoValue::into_value(#name));
    let value = if field { quote!(rt::Field::Set(#value)) } else { value };
    quote! {
        #doc
        #deprecated
        pub fn #method(mut self, #name: impl rt::IntoValue<#ty>) -> Self {
            self.#name = #value;
            self
        }
    }
}
