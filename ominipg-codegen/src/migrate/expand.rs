//! What the macro `ominipg_migrations!` does, and `Build::migrations`.

use std::path::Path;

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token};

use super::folder::{MigrationFile, migrations};

/// Expands the input of `ominipg_migrations!`: a folder, relative to `manifest_dir`, to `MIGRATIONS`.
pub fn expand_migrations(input: TokenStream, manifest_dir: &Path) -> TokenStream {
    let call: Call = match syn::parse2(input) {
        Ok(call) => call,
        Err(error) => return error.into_compile_error(),
    };
    let folder = call.path.value();
    let files = match migrations(manifest_dir.join(&folder)) {
        Ok(files) => files,
        Err(error) => {
            let text = format!("the migrations have problems\n\n{error}");
            return syn::Error::new(call.path.span(), text).into_compile_error();
        }
    };
    constant(&call.runtime, &folder, &files, manifest_dir)
}

/// `MIGRATIONS`, of the files of a folder.
pub(crate) fn constant(
    runtime: &syn::Path,
    folder: &str,
    files: &[MigrationFile],
    manifest_dir: &Path,
) -> TokenStream {
    let all = files.iter().map(|file| one(runtime, file, manifest_dir));
    let doc = format!(" The migrations of the folder `{folder}`, for `Ominipg::migrate`.");
    quote! {
        #[doc = #doc]
        pub static MIGRATIONS: #runtime::Migrations = {
            const ALL: &[#runtime::Migration] = &[#(#all),*];
            #runtime::Migrations::of(ALL)
        };
    }
}

/// The text is taken in by the compiler, so that cargo builds again when a file changes.
fn one(runtime: &syn::Path, file: &MigrationFile, manifest_dir: &Path) -> TokenStream {
    let MigrationFile { number, name, path, .. } = file;
    let path = match path.strip_prefix(manifest_dir) {
        Ok(inside) => {
            let inside = format!("/{}", inside.to_string_lossy().replace('\\', "/"));
            quote!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #inside))
        }
        Err(_) => {
            let path = path.to_string_lossy();
            quote!(#path)
        }
    };
    quote!(#runtime::Migration::of(#number, #name, ::core::include_str!(#path)))
}

/// The input of the macro.
struct Call {
    path: LitStr,
    runtime: syn::Path,
}

impl Parse for Call {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Err(input.error("name a folder of migrations: `ominipg_migrations!(\"migrations\")`"));
        }
        let mut call = Self { path: input.parse()?, runtime: syn::parse_quote!(::ominipg) };
        if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            let name: Ident = input.parse()?;
            if name != "runtime" {
                let message = format!("`{name}` is no setting of `ominipg_migrations!`: there is `runtime`");
                return Err(syn::Error::new(name.span(), message));
            }
            input.parse::<Token![=]>()?;
            call.runtime = input.parse()?;
        }
        Ok(call)
    }
}
