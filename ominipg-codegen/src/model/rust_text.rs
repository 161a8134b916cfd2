//! Rust that stands in a schema.

use syn::parse::Parser;

use crate::diagnostic::Place;

/// A derive or an attribute as the user wrote it.
#[derive(Debug, Clone)]
pub(crate) struct RustText {
    pub(crate) text: String,
    pub(crate) place: Place,
}

impl RustText {
    /// The path of a derive.
    pub(crate) fn derive(&self) -> syn::Result<syn::Path> {
        syn::parse_str(&self.text)
    }

    /// The one attribute that it is between `#[` and `]`.
    pub(crate) fn attribute(&self) -> syn::Result<syn::Attribute> {
        let meta: syn::Meta = syn::parse_str(&self.text)?;
        let mut found = syn::Attribute::parse_outer.parse2(quote::quote!(#[#meta]))?;
        found.pop().ok_or_else(|| syn::Error::new(proc_macro2::Span::call_site(), "no attribute"))
    }
}
