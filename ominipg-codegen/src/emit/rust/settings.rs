//! What users may choose about the code, with the same names in all three doors.

use proc_macro2::TokenStream;
use quote::quote;

use super::prelude::Prelude;
use crate::diagnostic::{Code, Error};
use crate::model::Table;

/// The settings as users write them; unlike what they are parsed to, threads may share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    /// The path of the crate `ominipg`, where it is another than usual.
    pub(crate) runtime: Option<String>,
    /// Derives beyond the usual ones.
    pub(crate) derive: Vec<String>,
}

/// What users may choose about the code.
#[derive(Clone)]
pub(crate) struct Settings {
    /// The path of the crate `ominipg`.
    pub(crate) runtime: syn::Path,
    /// Derives beyond the usual ones.
    pub(crate) derive: Vec<syn::Path>,
    /// Whether the types of a table derive the traits of serde, instead of having them as records.
    pub(super) derives_serde: bool,
    /// How a table's code names what Rust's prelude has.
    pub(super) prelude: Prelude,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            runtime: syn::parse_quote!(::ominipg),
            derive: Vec::new(),
            derives_serde: true,
            prelude: Prelude::Short,
        }
    }
}

impl Settings {
    pub(crate) fn new(Texts { runtime, derive }: &Texts) -> Result<Self, Error> {
        let mut settings = Self::default();
        if let Some(runtime) = runtime {
            settings.runtime = path("runtime", runtime)?;
            let first = settings.runtime.segments.first().map(|segment| segment.ident.to_string());
            if settings.runtime.leading_colon.is_none() && first.as_deref() != Some("crate") {
                return Err(bad(
                    "runtime",
                    runtime,
                    "begin it with `::` or `crate::`, as it is used in several modules",
                ));
            }
        }
        for text in derive {
            settings.derive.push(path("derive", text)?);
        }
        Ok(settings)
    }

    /// The settings with what a table adds to them; its texts have been checked.
    pub(super) fn of_table(&self, table: &Table) -> Self {
        let mut out = self.clone();
        out.derive.extend(table.derive.iter().filter_map(|derive| derive.derive().ok()));
        out.derives_serde = super::record::is_derived(table, &out);
        out
    }

    /// The module that generated code takes everything from.
    pub(crate) fn support(&self) -> TokenStream {
        let runtime = &self.runtime;
        quote!(#runtime::codegen_support)
    }

    /// The same as a text without spaces, for attributes of serde.
    pub(crate) fn support_text(&self, rest: &str) -> String {
        let path: String = self.support().to_string().split_whitespace().collect();
        format!("{path}::{rest}")
    }
}

fn path(setting: &str, text: &str) -> Result<syn::Path, Error> {
    syn::parse_str::<syn::Path>(text)
        .map_err(|_| bad(setting, text, "give a path, such as `::ominipg` or `Eq`"))
}

fn bad(setting: &str, text: &str, help: &str) -> Error {
    Error::outside(Code::BadSetting, format!("`{text}` cannot be used as the setting `{setting}`"), help)
}
