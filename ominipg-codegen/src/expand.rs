//! What the macro `ominipg_schema!` does.

use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, LitBool, LitStr, Token, bracketed};

use crate::build::Build;
use crate::diagnostic::Diagnostic;
use crate::names::closest;

/// Expands the input of `ominipg_schema!`: a path, relative to `manifest_dir`, and settings behind it.
///
/// Errors become one `compile_error!` with the full report. Every file that was read is named in the code, so that cargo
/// builds again when it changes; a file that is new is not seen until something else makes cargo build.
pub fn expand(input: TokenStream, manifest_dir: &Path) -> TokenStream {
    let call: Call = match syn::parse2(input) {
        Ok(call) => call,
        Err(error) => return error.into_compile_error(),
    };
    let mut build = Build::new(call.path.value()).base(manifest_dir);
    if let Some(runtime) = call.runtime {
        build = build.runtime(text(&runtime));
    }
    for derive in call.derive {
        build = build.derive(text(&derive));
    }
    build = build.deny_warnings(call.deny_warnings);
    match build.generate_or_sources() {
        Ok(output) => {
            let tokens = output.tokens();
            let watch = watch(output.sources(), manifest_dir);
            let warnings = output.warnings().iter().map(warning);
            quote!(#tokens #watch #(#warnings)*)
        }
        Err((error, files)) => {
            let watch = watch(&files, manifest_dir);
            let text = format!("the schemas have problems\n\n{error}");
            let error = syn::Error::new(call.path.span(), text).into_compile_error();
            quote!(#error #watch)
        }
    }
}

/// The input of the macro.
struct Call {
    path: LitStr,
    runtime: Option<syn::Path>,
    derive: Vec<syn::Path>,
    deny_warnings: bool,
}

impl Parse for Call {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Err(input.error("name a folder of schemas: `ominipg_schema!(\"schemas\")`"));
        }
        let mut call = Self { path: input.parse()?, runtime: None, derive: Vec::new(), deny_warnings: false };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let name: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            match name.to_string().as_str() {
                "runtime" => call.runtime = Some(input.parse()?),
                "derive" => {
                    let list;
                    bracketed!(list in input);
                    call.derive.extend(Punctuated::<syn::Path, Token![,]>::parse_terminated(&list)?);
                }
                "deny_warnings" => call.deny_warnings = input.parse::<LitBool>()?.value,
                other => {
                    let known = ["runtime", "derive", "deny_warnings"];
                    let hint = closest(other, known.into_iter()).map_or_else(
                        || "the settings are `runtime = ::path`, `derive = [Path, …]` and `deny_warnings = true`".to_owned(),
                        |known| format!("do you mean `{known}`?"),
                    );
                    return Err(syn::Error::new(
                        name.span(),
                        format!("there is no setting `{other}`: {hint}"),
                    ));
                }
            }
        }
        Ok(call)
    }
}

fn text(path: &syn::Path) -> String {
    path.to_token_stream().to_string().split_whitespace().collect()
}

fn watch(files: &[PathBuf], manifest_dir: &Path) -> TokenStream {
    let files = files.iter().map(|file| match file.strip_prefix(manifest_dir) {
        // Relative, so that the code means the same wherever the crate is.
        Ok(inside) => {
            let inside = format!("/{}", inside.to_string_lossy().replace('\\', "/"));
            quote!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #inside))
        }
        Err(_) => {
            let file = file.to_string_lossy();
            quote!(#file)
        }
    });
    quote!(#(const _: &[u8] = ::core::include_bytes!(#files);)*)
}

/// The compiler has no warnings for macros to give, but it gives one where something deprecated is used.
fn warning(diagnostic: &Diagnostic) -> TokenStream {
    let note = format!("\n{diagnostic}");
    quote! {
        const _: () = {
            #[deprecated(note = #note)]
            const SCHEMA: () = ();
            let _: () = SCHEMA;
        };
    }
}
