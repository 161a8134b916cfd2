//! Where work on a table begins; one line each, since all of it is done in the runtime.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::statements;
use crate::model::Table;
use crate::names::ident;

/// The names of functions that every table has.
const USUAL: &[&str] = &["find", "by_key", "create", "create_many", "update_all", "delete_all"];

/// The names of functions that a table with a search has.
const SEARCH: &[&str] = &["search", "search_rank"];

/// Whether an entry point of the table has this name, which columns and relations cannot have then.
pub(super) fn is_taken(table: &Table, name: &str) -> bool {
    let of_search = table.search.is_some() && SEARCH.contains(&name);
    USUAL.contains(&name) || of_search || upsert_keys(table).any(|(taken, _)| taken == name)
}

pub(super) fn entry_points(table: &Table) -> TokenStream {
    let (upserts, search) = (upserts(table), search(table));
    let row = ident(&table.row);
    let (select, by_key) = (statements::select(table), statements::by_key(table));
    let (insert, insert_many) = (statements::insert(table), statements::insert_many(table));
    let (update, delete) = (statements::update(table), statements::delete(table));
    let (new, patch, key) = (ident(&table.new_type()), ident(&table.patch_type()), ident(&table.key_type()));
    quote! {
        /// Finds rows: all of them, until a filter is added.
        ///
        #[doc = #select]
        pub fn find() -> rt::Find<#row> {
            rt::Find::new()
        }

        /// The row with this primary key.
        ///
        #[doc = #by_key]
        pub fn by_key(key: impl rt::IntoValue<#key>) -> rt::ByKey<#row> {
            rt::ByKey::new(rt::IntoValue::into_value(key))
        }

        /// Inserts a row.
        ///
        #[doc = #insert]
        pub fn create(new: #new) -> rt::Create<#row> {
            rt::Create::new(new)
        }

        /// Inserts many rows at once.
        ///
        #[doc = #insert_many]
        pub fn create_many(rows: impl ::core::iter::IntoIterator<Item = #new>) -> rt::CreateMany<#row> {
            rt::CreateMany::new(rows)
        }

        #(#upserts)*

        #search

        /// Updates every row of the table.
        ///
        #[doc = #update]
        pub fn update_all(patch: #patch) -> rt::UpdateMany<#row> {
            rt::UpdateMany::all(patch)
        }

        /// Deletes every row of the table.
        ///
        #[doc = #delete]
        pub fn delete_all() -> rt::DeleteMany<#row> {
            rt::DeleteMany::all()
        }
    }
}

/// One function for each unique key that an insert gives values to.
fn upserts(table: &Table) -> Vec<TokenStream> {
    let (row, new) = (ident(&table.row), ident(&table.new_type()));
    let mut names = Vec::new();
    let mut functions = Vec::new();
    for (name, key) in upsert_keys(table) {
        if names.contains(&name) {
            continue;
        }
        let properties = key.iter().map(|&column| format!("`{}`", table.columns[column].property));
        let properties: Vec<String> = properties.collect();
        let doc = format!(
            " Inserts a row, unless there is one with the same {}: what is done then is said next.",
            properties.join(" and ")
        );
        let statement = statements::upsert(table, key);
        let function = ident(&name);
        let target = key.iter().map(|&column| Literal::usize_unsuffixed(column));
        functions.push(quote! {
            #[doc = #doc]
            ///
            #[doc = #statement]
            pub fn #function(new: #new) -> rt::Upsert<#row> {
                rt::Upsert::new(&[#(#target),*], new)
            }
        });
        names.push(name);
    }
    functions
}

/// The unique keys that an insert gives values to, with the names of their functions.
fn upsert_keys(table: &Table) -> impl Iterator<Item = (String, &[usize])> {
    let given = |key: &&[usize]| key.iter().all(|&column| !table.columns[column].read_only);
    table.unique_keys().filter(given).map(|key| {
        let fields: Vec<&str> = key.iter().map(|&column| table.columns[column].field.as_str()).collect();
        (format!("upsert_on_{}", fields.join("_and_")), key)
    })
}

fn search(table: &Table) -> Option<TokenStream> {
    let row = ident(&table.row);
    let columns = table.search.as_ref()?.columns.iter();
    let properties: Vec<String> =
        columns.map(|&column| format!("`{}`", table.columns[column].property)).collect();
    let doc = format!(
        " Rows whose {} have the words of a search as people write it: `rust -java \"query builder\"`.",
        properties.join(" and ")
    );
    Some(quote! {
        #[doc = #doc]
        pub fn search(words: &str) -> rt::Filter<#row> {
            rt::Filter::search(words)
        }

        /// The order in which rows fit a search, the best first.
        pub fn search_rank(words: &str) -> rt::Order<#row> {
            rt::Order::search(words)
        }
    })
}
