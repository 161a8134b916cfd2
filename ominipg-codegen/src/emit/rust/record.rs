//! The fields of a type as a list to read and a list to write, from which the runtime has what derives of serde would
//! take the compiler many times as long to see.

use proc_macro2::{Ident, TokenStream};
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

/// As many fields as the runtime takes in one tuple.
const TUPLE: usize = 32;

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
    let of = |value: &dyn Fn(&Ident) -> TokenStream| -> Vec<TokenStream> {
        let part = |field: &'f Field<'a>| {
            let value = value(&field.name);
            match kind(field.column, stand(field.column)) {
                Some(kind) => {
                    let kind = ident(kind);
                    quote!(rt::#kind(#value))
                }
                None => value,
            }
        };
        fields.clone().map(part).collect()
    };
    let (read, write) = if names.is_empty() { (quote!(_), quote!(_)) } else { (quote!(from), quote!(to)) };
    let (taken, given) = (tuple(&of(&|name| quote!(#name))), tuple(&of(&|name| quote!(&self.#name))));
    let taken = (!names.is_empty()).then(|| quote!(let #taken = from.read()?;));
    let given = (!names.is_empty()).then(|| quote!(to.write(#given);));
    quote! {
        impl rt::Record for #name {
            type Row = #row;
            type Part = rt::#part;
            #closed

            fn read<S: rt::Source>(#read: &mut S) -> #result<Self, S::Error> {
                #taken
                #ok(Self { #(#names),* })
            }

            fn write<W: rt::Write>(&self, #write: &mut rt::Sink<'_, W>) {
                #given
            }
        }
    }
}

/// The fields in a tuple, or in a tuple of groups.
fn tuple(fields: &[TokenStream]) -> TokenStream {
    if fields.len() <= TUPLE {
        return quote!((#(#fields,)*));
    }
    let group = |fields: &[TokenStream]| {
        let fields = tuple(fields);
        quote!(rt::Group(#fields))
    };
    tuple(&fields.chunks(TUPLE).map(group).collect::<Vec<_>>())
}

fn is_bytes(column: &Column) -> bool {
    column.ty == Type::Scalar(Scalar::Bytea) && column.rust.is_none()
}

/// What a field is wrapped in for the runtime, unless its type says how it is read and written.
fn kind(column: &Column, stand: Stand) -> Option<&'static str> {
    match (column.ty.is_json(), is_bytes(column), stand) {
        (false, false, _) => None,
        (false, true, Stand::Plain | Stand::Optional) => Some("AsBytes"),
        (false, true, Stand::Field) => Some("AsBytesField"),
        (true, _, Stand::Plain) => Some("AsJson"),
        (true, _, Stand::Optional) => Some("AsJsonOpt"),
        (true, _, Stand::Field) => Some("AsJsonField"),
    }
}
