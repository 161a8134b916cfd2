//! The fields of a type as a list to read and a list to write, from which the runtime has what derives of serde would
//! take the compiler many times as long to see.

use proc_macro2::TokenStream;
use quote::quote;

use super::Settings;
use super::encode::Stand;
use super::field::Field;
use super::prelude::Prelude;
use crate::model::{Column, Scalar, Table, Type};
use crate::names::ident;

/// Derives that no attribute of serde matters to.
const PLAIN: &[&str] = &["Eq", "Hash", "PartialOrd", "Ord", "Default", "Copy"];

/// Whether serde's traits are derived all the same: for attributes of serde, and derives that may read them.
pub(super) fn is_derived(table: &Table, settings: &Settings) -> bool {
    let mut derives = settings.derive.iter().filter_map(|path| path.segments.last());
    let mut attributes = table.columns.iter().flat_map(|column| &column.attributes).chain(&table.attributes);
    derives.any(|last| !PLAIN.contains(&last.ident.to_string().as_str()))
        || attributes.any(|attribute| !attribute.text.trim_start().starts_with("doc"))
}

/// `impl Record`, with the two lists.
pub(super) fn record<'f, 'a: 'f>(
    table: &Table,
    ty: &str,
    part: &str,
    closed: bool,
    fields: impl Iterator<Item = &'f Field<'a>> + Clone,
    stand: impl Fn(&Column) -> Stand,
    prelude: Prelude,
) -> TokenStream {
    let (ok, result) = (prelude.ok(), prelude.result());
    let (name, row, part) = (ident(ty), ident(&table.row), ident(part));
    let closed = closed.then(|| {
        quote!(
            const CLOSED: bool = true;
        )
    });
    let names: Vec<_> = fields.clone().map(|field| &field.name).collect();
    let indexes = fields.clone().map(|field| &field.index);
    let method = |verb: &str, column: &Column| ident(&format!("{verb}{}", kind(column, stand(column))));
    let next = fields.clone().map(|field| method("next", field.column));
    let put = fields.map(|field| method("put", field.column));
    let (from, to) = if names.is_empty() { (quote!(_), quote!(_)) } else { (quote!(from), quote!(to)) };
    quote! {
        impl rt::Record for #name {
            type Row = #row;
            const NAME: &'static str = #ty;
            const TABLE: &'static rt::TableDef = &TABLE;
            const PART: rt::Part = rt::Part::#part;
            #closed

            fn read<R: rt::Read>(#from: &mut R) -> #result<Self, R::Error> {
                #ok(Self { #(#names: from.#next()?),* })
            }

            fn write<W: rt::Write>(&self, #to: &mut W) {
                #(to.#put(#indexes, &self.#names);)*
            }
        }
    }
}

/// `impl Slots`, with the type of each column.
pub(super) fn slots(table: &Table, fields: &[Field<'_>], prelude: Prelude) -> TokenStream {
    let (name, result) = (ident(&table.row), prelude.result());
    let indexes = fields.iter().map(|field| &field.index);
    let slots = fields.iter().map(|field| ident(if is_bytes(field.column) { "slot_bytes" } else { "slot" }));
    let types = fields.iter().map(|field| &field.row);
    quote! {
        impl rt::Slots for #name {
            fn slot<'de, D: rt::serde::Deserializer<'de>>(
                column: usize,
                from: D,
            ) -> #result<rt::Slot, D::Error> {
                match column {
                    #(#indexes => rt::#slots::<#types, D>(from),)*
                    _ => ::core::unreachable!("the table has no such column"),
                }
            }
        }
    }
}

fn is_bytes(column: &Column) -> bool {
    column.ty == Type::Scalar(Scalar::Bytea) && column.rust.is_none()
}

/// What the methods for a field are called, behind `next` and `put`.
fn kind(column: &Column, stand: Stand) -> &'static str {
    match (column.ty.is_json(), is_bytes(column), stand) {
        (false, false, Stand::Plain | Stand::Optional) => "",
        (false, false, Stand::Field) => "_field",
        (false, true, Stand::Plain | Stand::Optional) => "_bytes",
        (false, true, Stand::Field) => "_bytes_field",
        (true, _, Stand::Plain) => "_json",
        (true, _, Stand::Optional) => "_json_opt",
        (true, _, Stand::Field) => "_json_field",
    }
}
