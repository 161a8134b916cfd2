//! The checks of the schema's rules on typed values.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use serde_json::{Number, Value as Json};

use super::encode::Stand;
use super::field::Field;
use super::prelude::Prelude;
use super::{Settings, types};
use crate::model::{Column, Rule, Scalar, Table, Type};
use crate::names::ident;

/// `impl Validate`, which calls one function a column.
pub(super) fn validate<'f, 'a: 'f>(
    ty: &str,
    fields: impl Iterator<Item = &'f Field<'a>>,
    stand: impl Fn(&Column) -> Stand,
    prelude: Prelude,
) -> TokenStream {
    let ty = ident(ty);
    let some = prelude.some();
    let calls: Vec<TokenStream> = fields
        .filter(|field| !field.column.rules.is_empty())
        .map(|Field { column, name, .. }| {
            let rule = quote!(rules::#name);
            match (stand(column), column.nullable) {
                (Stand::Plain, _) => quote!(#rule(v, &self.#name);),
                (Stand::Optional, _) => quote!(if let #some(value) = &self.#name { #rule(v, value); }),
                (Stand::Field, false) => {
                    quote!(if let #some(value) = self.#name.as_set() { #rule(v, value); })
                }
                (Stand::Field, true) => {
                    quote!(if let #some(#some(value)) = self.#name.as_set() { #rule(v, value); })
                }
            }
        })
        .collect();
    let v = if calls.is_empty() { quote!(_v) } else { quote!(v) };
    quote! {
        impl rt::Validate for #ty {
            fn validate(&self, #v: &mut rt::Violations) {
                #(#calls)*
            }
        }
    }
}

/// The functions, in a module of their own so that their names meet no others.
pub(super) fn module(table: &Table, settings: &Settings) -> TokenStream {
    let ruled = table.columns.iter().filter(|column| !column.rules.is_empty());
    let functions: Vec<TokenStream> = ruled.map(|column| function(column, settings.prelude)).collect();
    if functions.is_empty() {
        return TokenStream::new();
    }
    let rt = settings.support();
    quote! {
        /// The rules of the schema, a function a column.
        mod rules {
            use #rt as rt;
            #(#functions)*
        }
    }
}

fn function(column: &Column, prelude: Prelude) -> TokenStream {
    let name = ident(&column.field);
    let pointer = format!("/{}", column.property.replace('~', "~0").replace('/', "~1"));
    let serialize = quote!(impl rt::serde::Serialize);
    let whole = matches!(column.rules[..], [Rule::Schema(_)]);
    let ty = match &column.ty {
        _ if whole => serialize,
        Type::Scalar(Scalar::Text) => quote!(str),
        Type::Scalar(scalar) => types::scalar(*scalar, prelude),
        Type::Array(item) => match **item {
            Type::Scalar(scalar) => {
                let item = types::scalar(scalar, prelude);
                quote!([#item])
            }
            _ => quote!([#serialize]),
        },
        _ => serialize,
    };
    let mut statics = Statics::default();
    let scalar = if let Type::Scalar(scalar) = column.ty { Some(scalar) } else { None };
    let checks: Vec<TokenStream> = column
        .rules
        .iter()
        .map(|rule| check(rule, &quote!(#pointer), scalar, &column.ty, &mut statics))
        .collect();
    let statics = statics.items;
    quote! {
        pub(super) fn #name(v: &mut rt::Violations, value: &#ty) {
            #(#statics)*
            #(#checks)*
        }
    }
}

/// What is compiled once, at first use.
#[derive(Default)]
struct Statics {
    items: Vec<TokenStream>,
}

impl Statics {
    fn add(&mut self, kind: &str, text: &str) -> proc_macro2::Ident {
        let name = match self.items.len() {
            0 => ident(&kind.to_uppercase()),
            count => ident(&format!("{}_{}", kind.to_uppercase(), count + 1)),
        };
        let ty = if kind == "pattern" { quote!(rt::Pattern) } else { quote!(rt::JsonSchema) };
        self.items.push(quote!(static #name: #ty = #ty::new(#text);));
        name
    }
}

fn check(
    rule: &Rule,
    pointer: &TokenStream,
    scalar: Option<Scalar>,
    ty: &Type,
    statics: &mut Statics,
) -> TokenStream {
    let size = |count: &u64| Literal::usize_unsuffixed(usize::try_from(*count).unwrap_or(usize::MAX));
    let bound = |method: &str, number: &Number| {
        let (method, number) = (ident(method), literal(number, scalar.unwrap_or(Scalar::Float8)));
        quote!(v.#method(#pointer, *value, #number);)
    };
    match rule {
        Rule::MinLength(count) => {
            let count = size(count);
            quote!(v.min_length(#pointer, value, #count);)
        }
        Rule::MaxLength(count) => {
            let count = size(count);
            quote!(v.max_length(#pointer, value, #count);)
        }
        Rule::Pattern(pattern) => {
            let name = statics.add("pattern", pattern);
            quote!(v.pattern(#pointer, value, &#name);)
        }
        Rule::Format(format) => {
            let variant = ident(format.variant);
            quote!(v.format(#pointer, value, rt::Format::#variant);)
        }
        Rule::Minimum(number) => bound("minimum", number),
        Rule::Maximum(number) => bound("maximum", number),
        Rule::ExclusiveMinimum(number) => bound("exclusive_minimum", number),
        Rule::ExclusiveMaximum(number) => bound("exclusive_maximum", number),
        Rule::MultipleOf(number) => bound("multiple_of", number),
        Rule::Constant(expected) => {
            let text = expected.to_string();
            let holds = match expected {
                Json::String(expected) => quote!(*value == *#expected),
                Json::Bool(expected) => quote!(*value == #expected),
                Json::Number(number) => {
                    let number = literal(number, scalar.unwrap_or(Scalar::Int8));
                    quote!(*value == #number)
                }
                // Other constants are checked by a JSON Schema.
                _ => quote!(false),
            };
            quote!(v.constant(#pointer, #holds, #text);)
        }
        Rule::MinItems(count) => {
            let count = size(count);
            quote!(v.min_items(#pointer, value.len(), #count);)
        }
        Rule::MaxItems(count) => {
            let count = size(count);
            quote!(v.max_items(#pointer, value.len(), #count);)
        }
        Rule::UniqueItems if is_equal_as_json(ty) => quote!(v.unique_values(#pointer, value);),
        Rule::UniqueItems => quote!(v.unique_items(#pointer, value);),
        Rule::Each(rules) => {
            let item = if let Type::Array(item) = ty { &**item } else { ty };
            let scalar = if let Type::Scalar(scalar) = item { Some(*scalar) } else { None };
            let inner: Vec<TokenStream> =
                rules.iter().map(|rule| check(rule, &quote!(pointer), scalar, item, statics)).collect();
            quote!(v.each(#pointer, value, |v, pointer, value| { #(#inner)* });)
        }
        Rule::Schema(schema) => {
            let name = statics.add("schema", &schema.to_string());
            quote!(v.json(#pointer, value, &#name);)
        }
    }
}

/// Whether the items of an array are equal in Rust where their JSON is, and can be hashed.
fn is_equal_as_json(ty: &Type) -> bool {
    let Type::Array(item) = ty else { return false };
    match **item {
        Type::Scalar(scalar) => {
            !scalar.is_float() && !matches!(scalar, Scalar::Numeric | Scalar::Interval | Scalar::Bytea)
        }
        _ => false,
    }
}

/// A number as the column's Rust type has it; parsed, so that a negative one is the two tokens that a file holds.
fn literal(number: &Number, scalar: Scalar) -> TokenStream {
    let integer = number.as_i64().unwrap_or_default();
    let text = match scalar {
        Scalar::Int2 => format!("{integer}i16"),
        Scalar::Int4 => format!("{integer}i32"),
        Scalar::Int8 => format!("{integer}i64"),
        Scalar::Float4 => format!("{:?}f32", number.as_f64().unwrap_or_default() as f32),
        _ => format!("{:?}f64", number.as_f64().unwrap_or_default()),
    };
    text.parse().expect("a number is a Rust literal")
}
