//! A literal as calls. They are all methods, so that no path of a crate is needed, and have the spans of what they come from.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, Path};

use super::literal::{Call, Column, Entry, Filter, Operand, Test};
use super::operator::Operator;

pub(super) fn call(call: &Call) -> TokenStream {
    filter(&call.table, &call.filter)
}

fn filter(table: &Path, filter: &Filter) -> TokenStream {
    let entries: Vec<TokenStream> = filter.entries.iter().map(|each| entry(table, each)).collect();
    all(table, filter.span, &entries)
}

fn entry(table: &Path, entry: &Entry) -> TokenStream {
    let each =
        |filters: &[Filter]| -> Vec<TokenStream> { filters.iter().map(|each| filter(table, each)).collect() };
    match entry {
        Entry::And(filters) => all(table, Span::call_site(), &each(filters)),
        Entry::Or(filters) => any(table, &each(filters)),
        Entry::Nor(filters) => {
            let any = any(table, &each(filters));
            quote!(#any.not())
        }
        Entry::Not(inner) => {
            let inner = filter(table, inner);
            quote!(#inner.not())
        }
        Entry::Column(column, tests) => every(table, column, tests),
    }
}

/// The tests of a column, which all hold.
fn every(table: &Path, column: &Column, tests: &[Test]) -> TokenStream {
    let each: Vec<TokenStream> = tests.iter().map(|test| self::test(table, column, test)).collect();
    match each.as_slice() {
        [one] => one.clone(),
        several => all(table, column.name.span(), several),
    }
}

fn test(table: &Path, column: &Column, test: &Test) -> TokenStream {
    match test {
        Test::Not(inner) => {
            let inner = every(table, column, inner);
            quote!(#inner.not())
        }
        Test::Operator(operator, span, operand) => {
            let place = place(table, column);
            match operator {
                Operator::Equal => equal(&place, *span, operand),
                Operator::NotEqual => not_equal(&place, *span, operand),
                Operator::In => one_of(&place, *span, operand),
                Operator::NotIn => {
                    let one_of = one_of(&place, *span, operand);
                    quote!(#one_of.not())
                }
                Operator::Exists => method(&place, "literal_exists", *span, operand),
                Operator::Plain(name) => method(&place, name, *span, operand),
            }
        }
    }
}

/// `users::address().at("city")`
fn place(table: &Path, column: &Column) -> TokenStream {
    let Column { name, path } = column;
    let called = quote_spanned!(name.span()=> #table::#name());
    if path.is_empty() { called } else { quote_spanned!(name.span()=> #called.at(#path)) }
}

fn equal(place: &TokenStream, span: Span, operand: &Operand) -> TokenStream {
    match operand {
        Operand::Null => quote_spanned!(span=> #place.literal_null()),
        Operand::List(items) if items.is_empty() => quote_spanned!(span=> #place.literal_empty()),
        Operand::List(items) => {
            let items = values(items, span);
            quote_spanned!(span=> #place.literal_list(#items))
        }
        Operand::Value(value) => quote_spanned!(span=> #place.literal_eq(#value)),
    }
}

fn not_equal(place: &TokenStream, span: Span, operand: &Operand) -> TokenStream {
    match operand {
        Operand::Value(value) => quote_spanned!(span=> #place.literal_ne(#value)),
        other => {
            let equal = equal(place, span, other);
            quote!(#equal.not())
        }
    }
}

fn one_of(place: &TokenStream, span: Span, operand: &Operand) -> TokenStream {
    match operand {
        Operand::Null => syn::Error::new(span, "this operator takes a list").into_compile_error(),
        Operand::Value(values) => quote_spanned!(span=> #place.literal_in(#values)),
        Operand::List(items) => {
            let listed: Vec<&Expr> = items.iter().flatten().collect();
            let found = match listed.as_slice() {
                [] => quote_spanned!(span=> #place.literal_nothing()),
                listed => quote_spanned!(span=> #place.literal_in([#(#listed),*])),
            };
            if listed.len() == items.len() {
                return found;
            }
            quote_spanned!(span=> #found.or(#place.literal_null()))
        }
    }
}

fn method(place: &TokenStream, name: &str, span: Span, operand: &Operand) -> TokenStream {
    let name = Ident::new(name, span);
    match operand {
        Operand::Value(value) => quote_spanned!(span=> #place.#name(#value)),
        Operand::Null | Operand::List(_) => {
            syn::Error::new(span, "this operator takes one value, and not `null`").into_compile_error()
        }
    }
}

/// The elements of a list that is compared as a whole.
fn values(items: &[Option<Expr>], span: Span) -> TokenStream {
    let items = items.iter().map(|item| match item {
        Some(item) => quote!(#item),
        None => {
            let message = "`null` is no element of a list that is compared as a whole";
            syn::Error::new(span, message).into_compile_error()
        }
    });
    quote!(::std::vec![#(#items),*])
}

/// Through the search for the table's rows, which tells the compiler their type also where there is nothing to hold.
fn all(table: &Path, span: Span, filters: &[TokenStream]) -> TokenStream {
    match filters {
        [one] => one.clone(),
        several => quote_spanned!(span=> #table::find().literal_all([#(#several),*])),
    }
}

fn any(table: &Path, filters: &[TokenStream]) -> TokenStream {
    quote!(#table::find().literal_any([#(#filters),*]))
}
