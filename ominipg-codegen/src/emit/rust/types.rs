//! The Rust types of columns.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

use super::field::Field;
use super::json_types::JsonTypes;
use super::prelude::Prelude;
use crate::model::{Column, Presence, Scalar, Type};
use crate::names::ident;

/// The type of a value that is there.
pub(super) fn value(column: &Column, position: usize, json: &JsonTypes, prelude: Prelude) -> TokenStream {
    match (&column.rust, &column.ty) {
        (Some(path), _) => path.parse().expect("a Rust type is checked before code is made"),
        (None, Type::Json(_)) => json.of(position),
        (None, ty) => plain(ty, prelude),
    }
}

/// The type in an insert value.
pub(super) fn insert(field: &Field<'_>) -> TokenStream {
    let ty = &field.row;
    match field.column.presence() {
        Presence::Required | Presence::Optional => ty.clone(),
        Presence::Defaulted => quote!(rt::Field<#ty>),
    }
}

/// The type in a typed column, where JSON is marked as such.
pub(super) fn column(field: &Field<'_>, prelude: Prelude) -> TokenStream {
    let ty = &field.value;
    if field.column.ty.is_json() {
        optional(&quote!(rt::Json<#ty>), field.column.nullable, prelude)
    } else {
        field.row.clone()
    }
}

/// A type whose value need not be there.
pub(super) fn optional(ty: &TokenStream, nullable: bool, prelude: Prelude) -> TokenStream {
    if !nullable {
        return ty.clone();
    }
    let option = prelude.option();
    quote!(#option<#ty>)
}

fn plain(ty: &Type, prelude: Prelude) -> TokenStream {
    match ty {
        Type::Scalar(found) => scalar(*found, prelude),
        Type::Enum(found) => {
            let name = ident(&found.name);
            quote!(#name)
        }
        Type::Array(item) => {
            let (vec, item) = (prelude.vec(), plain(item, prelude));
            quote!(#vec<#item>)
        }
        Type::Json(_) => quote!(rt::serde_json::Value),
    }
}

pub(super) fn scalar(scalar: Scalar, prelude: Prelude) -> TokenStream {
    match scalar {
        Scalar::Text => prelude.string().into_token_stream(),
        Scalar::Int2 => quote!(i16),
        Scalar::Int4 => quote!(i32),
        Scalar::Int8 => quote!(i64),
        Scalar::Float4 => quote!(f32),
        Scalar::Float8 => quote!(f64),
        Scalar::Bool => quote!(bool),
        Scalar::Uuid => quote!(rt::Uuid),
        Scalar::Timestamptz => quote!(rt::Timestamp),
        Scalar::Date => quote!(rt::Date),
        Scalar::Time => quote!(rt::Time),
        Scalar::Interval => quote!(rt::Interval),
        Scalar::Bytea => {
            let vec = prelude.vec();
            quote!(#vec<u8>)
        }
        Scalar::Inet => quote!(rt::IpAddr),
        Scalar::Numeric => quote!(rt::Decimal),
    }
}
