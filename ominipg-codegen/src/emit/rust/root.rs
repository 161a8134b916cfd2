//! The root: the modules, the types by their short names, and the description of everything.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use super::Settings;
use crate::model::{Schema, Table};
use crate::names::ident;

/// With `modules` they are inside; without, each is a file of its own.
pub(super) fn root(
    schema: &Schema,
    ddl: &[String],
    settings: &Settings,
    modules: Option<Vec<TokenStream>>,
) -> TokenStream {
    let in_files = modules.is_none();
    let mut modules = modules.map(Vec::into_iter);
    // Made once: a group that stands in many places is shared.
    let lints = quote!(#[allow(clippy::all, clippy::pedantic, dead_code, deprecated, unreachable_pub)]);
    let lints_of_uses = quote!(#[allow(deprecated, unreachable_pub, unused_imports)]);
    let declared = schema.tables.iter().map(|table| {
        let name = ident(&table.module);
        let doc = format!(" The table `{}`.", table.name);
        let body = match modules.as_mut().and_then(Iterator::next) {
            // A group takes its tokens as they are, where `quote!` would copy each.
            Some(module) => TokenTree::Group(Group::new(Delimiter::Brace, module)).into(),
            None => quote!(;),
        };
        // Rust finds no file by a name beyond ASCII.
        let path = (in_files && !table.module.is_ascii()).then(|| {
            let file = format!("{}.rs", table.module);
            quote!(#[path = #file])
        });
        quote! {
            #[doc = #doc]
            #path
            #lints
            pub mod #name #body
        }
    });
    let uses = schema.tables.iter().map(|table| {
        let module = ident(&table.module);
        let names = exports(table);
        let names = names.iter().map(|name| ident(name));
        quote! {
            #lints_of_uses
            pub use self::#module::{#(#names),*};
        }
    });
    let rt = settings.support();
    let tables = schema.tables.iter().map(|table| {
        let module = ident(&table.module);
        quote!(&self::#module::TABLE)
    });
    quote! {
        #(#declared)*
        #(#uses)*

        /// All tables, and the SQL that creates them.
        #[allow(dead_code, unreachable_pub)]
        pub static SCHEMA: #rt::Schema = #rt::Schema {
            tables: &[#(#tables),*],
            ddl: &[#(#ddl),*],
        };
    }
}

/// The types that can be named without their module, in the order of their names.
pub(crate) fn exports(table: &Table) -> Vec<String> {
    let mut names = vec![table.row.clone(), table.new_type(), table.patch_type(), table.key_type()];
    names.extend(table.enums().into_iter().map(|(_, found)| found.name.clone()));
    names.sort();
    names
}
