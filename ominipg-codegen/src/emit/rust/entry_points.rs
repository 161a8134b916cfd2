//! Where work on a table begins; one line each, since all of it is done in the runtime.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Table;
use crate::names::ident;

/// Names that columns and relations cannot have.
pub(super) const TAKEN: &[&str] = &["find", "by_key", "create", "create_many", "update_all", "delete_all"];

pub(super) fn entry_points(table: &Table) -> TokenStream {
    let row = ident(&table.row);
    let (new, patch, key) = (ident(&table.new_type()), ident(&table.patch_type()), ident(&table.key_type()));
    quote! {
        /// Finds rows: all of them, until a filter is added.
        pub fn find() -> rt::Find<#row> {
            rt::Find::new()
        }

        /// The row with this primary key.
        pub fn by_key(key: impl rt::IntoValue<#key>) -> rt::ByKey<#row> {
            rt::ByKey::new(rt::IntoValue::into_value(key))
        }

        /// Inserts a row.
        pub fn create(new: #new) -> rt::Create<#row> {
            rt::Create::new(new)
        }

        /// Inserts many rows at once.
        pub fn create_many(rows: impl ::core::iter::IntoIterator<Item = #new>) -> rt::CreateMany<#row> {
            rt::CreateMany::new(rows)
        }

        /// Updates every row of the table.
        pub fn update_all(patch: #patch) -> rt::UpdateMany<#row> {
            rt::UpdateMany::all(patch)
        }

        /// Deletes every row of the table.
        pub fn delete_all() -> rt::DeleteMany<#row> {
            rt::DeleteMany::all()
        }
    }
}
