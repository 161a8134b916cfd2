//! The row type.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::docs;
use super::json_types::JsonTypes;
use super::{Settings, types};
use crate::model::{Column, RustText, Scalar, Table, Type};
use crate::names::ident;

pub(super) fn row(table: &Table, json: &JsonTypes, settings: &Settings) -> TokenStream {
    let name = ident(&table.row);
    let doc = docs(&table.doc);
    let deprecated = deprecated(table.deprecated);
    let derives = derives(&["Clone", "Debug", "PartialEq"], settings);
    let own = attributes(&table.attributes);
    let fields = table.columns.iter().enumerate().map(|(position, column)| {
        let doc = docs(&column.doc);
        let deprecated = self::deprecated(column.deprecated);
        let serde = serde(column, &row_serde(column, settings), settings);
        let own = attributes(&column.attributes);
        let field = ident(&column.field);
        let ty = types::row(column, position, json);
        quote!(#doc #deprecated #serde #own pub #field: #ty)
    });
    quote! {
        #doc
        #deprecated
        #derives
        #own
        pub struct #name { #(#fields),* }
    }
}

fn row_serde(column: &Column, settings: &Settings) -> Vec<TokenStream> {
    let mut out = base64(column, settings);
    if !out.is_empty() && column.nullable {
        // Without it, a missing key is an error as soon as `with` is there.
        out.push(quote!(default));
    }
    if column.write_only {
        out.push(quote!(skip_serializing));
    }
    out
}

/// The derives of a generated type: the usual ones, serde's where it is no record, and those that the settings add.
pub(super) fn derives(usual: &[&str], settings: &Settings) -> TokenStream {
    let usual_idents = usual.iter().map(|name| ident(name));
    let added = settings.derive.iter().filter(|path| {
        let last = path.segments.last().map(|segment| segment.ident.to_string());
        !last.is_some_and(|last| {
            usual.contains(&last.as_str()) || last == "Serialize" || last == "Deserialize"
        })
    });
    if !settings.derives_serde {
        return quote!(#[derive(#(#usual_idents),* #(, #added)*)]);
    }
    let serde = settings.support_text("serde");
    quote! {
        #[derive(#(#usual_idents,)* rt::serde::Serialize, rt::serde::Deserialize #(, #added)*)]
        #[serde(crate = #serde)]
    }
}

/// The attributes that the schema asks for.
pub(super) fn attributes(texts: &[RustText]) -> TokenStream {
    let attributes = texts.iter().filter_map(|text| text.attribute().ok());
    quote!(#(#attributes)*)
}

/// The attribute of a field: its name in JSON where it is another, and what else is said.
pub(super) fn serde(column: &Column, more: &[TokenStream], settings: &Settings) -> TokenStream {
    if !settings.derives_serde {
        return TokenStream::new();
    }
    let mut parts = Vec::new();
    let name = ident(&column.field).to_string();
    if name.strip_prefix("r#").unwrap_or(&name) != column.property {
        let property = &column.property;
        parts.push(quote!(rename = #property));
    }
    parts.extend(more.iter().cloned());
    if parts.is_empty() { TokenStream::new() } else { quote!(#[serde(#(#parts),*)]) }
}

/// How bytes are written in JSON.
pub(super) fn base64(column: &Column, settings: &Settings) -> Vec<TokenStream> {
    if column.ty == Type::Scalar(Scalar::Bytea) && column.rust.is_none() {
        let path = settings.support_text("base64");
        vec![quote!(with = #path)]
    } else {
        Vec::new()
    }
}

pub(super) fn deprecated(deprecated: bool) -> TokenStream {
    if deprecated { quote!(#[deprecated]) } else { TokenStream::new() }
}
