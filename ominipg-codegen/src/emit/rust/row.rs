//! The row type.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::Settings;
use super::docs::docs;
use super::field::Field;
use crate::model::{Column, RustText, Scalar, Table, Type};
use crate::names::ident;

pub(super) fn row(table: &Table, fields: &[Field<'_>], settings: &Settings) -> TokenStream {
    let name = ident(&table.row);
    let doc = docs(&table.doc);
    let deprecated = deprecated(table.deprecated);
    let debug = debug(&table.row, fields.iter(), settings);
    let derives = derives(&["Clone", "Debug", "PartialEq"], &debug, settings);
    let own = attributes(&table.attributes);
    let heads = fields.iter().map(|field| &field.head);
    let serde =
        fields.iter().map(|field| serde(field.column, settings, || row_serde(field.column, settings)));
    let attributes = fields.iter().map(|field| attributes(&field.column.attributes));
    let names = fields.iter().map(|field| &field.name);
    let types = fields.iter().map(|field| &field.row);
    quote! {
        #doc
        #deprecated
        #derives
        #own
        pub struct #name { #(#heads #serde #attributes pub #names: #types),* }

        #debug
    }
}

/// `impl Debug`, unless it is derived: records have it of the runtime, and what hides a column says so itself.
pub(super) fn debug<'f, 'a: 'f>(
    ty: &str,
    fields: impl Iterator<Item = &'f Field<'a>> + Clone,
    settings: &Settings,
) -> Debug {
    if !settings.derives_serde {
        return Debug::OfRecord;
    }
    if !fields.clone().any(|field| field.column.write_only) {
        return Debug::Derived;
    }
    let name = ident(ty);
    let names = fields.clone().map(|field| &field.column.name);
    let values = fields.map(
        |Field { column, name, .. }| {
            if column.write_only { quote!(rt::Hidden) } else { quote!(self.#name) }
        },
    );
    Debug::Written(quote! {
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(#ty) #(.field(#names, &#values))* .finish()
            }
        }
    })
}

/// Where a type has `Debug` from.
pub(super) enum Debug {
    Derived,
    OfRecord,
    Written(TokenStream),
}

impl ToTokens for Debug {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if let Self::Written(code) = self {
            code.to_tokens(tokens);
        }
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
pub(super) fn derives(usual: &[&str], debug: &Debug, settings: &Settings) -> TokenStream {
    let derived = |name: &&&str| **name != "Debug" || matches!(debug, Debug::Derived);
    let usual_idents = usual.iter().filter(derived).map(|name| ident(name));
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

/// The attribute of a field: its name in JSON where it is another, and what else is said. Records have none.
pub(super) fn serde(
    column: &Column,
    settings: &Settings,
    more: impl FnOnce() -> Vec<TokenStream>,
) -> Option<TokenStream> {
    if !settings.derives_serde {
        return None;
    }
    let mut parts = Vec::new();
    let name = ident(&column.field).to_string();
    if name.strip_prefix("r#").unwrap_or(&name) != column.property {
        let property = &column.property;
        parts.push(quote!(rename = #property));
    }
    parts.extend(more());
    (!parts.is_empty()).then(|| quote!(#[serde(#(#parts),*)]))
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

pub(super) fn deprecated(deprecated: bool) -> Option<TokenStream> {
    deprecated.then(|| quote!(#[deprecated]))
}
