//! How the code of a table names what Rust's prelude has.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};

/// Whether the names of the prelude stand as they are, or behind their paths, where the module has an item of such a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Prelude {
    #[default]
    Short,
    Long,
}

/// The names that the code uses.
const NAMES: [&str; 7] = ["Option", "Some", "None", "Result", "Ok", "String", "Vec"];

impl Prelude {
    pub(super) fn option(self) -> Name {
        self.name("Option", &["core", "option"])
    }

    pub(super) fn some(self) -> Name {
        self.name("Some", &["core", "option", "Option"])
    }

    pub(super) fn none(self) -> Name {
        self.name("None", &["core", "option", "Option"])
    }

    pub(super) fn result(self) -> Name {
        self.name("Result", &["core", "result"])
    }

    pub(super) fn ok(self) -> Name {
        self.name("Ok", &["core", "result", "Result"])
    }

    pub(super) fn string(self) -> Name {
        self.name("String", &["std", "string"])
    }

    pub(super) fn vec(self) -> Name {
        self.name("Vec", &["std", "vec"])
    }

    fn name(self, name: &'static str, path: &'static [&'static str]) -> Name {
        Name { name, path: if self == Self::Short { &[] } else { path } }
    }

    /// Whether a module has items, or parts of uses, that these names would mean instead.
    pub(super) fn is_shadowed(module: &TokenStream) -> bool {
        let mut before = None;
        for token in module.clone() {
            if let (TokenTree::Ident(name), Some(TokenTree::Ident(keyword))) = (&token, &before)
                && ["struct", "enum", "type", "fn", "static", "const", "trait", "as"]
                    .iter()
                    .any(|known| keyword == known)
                && NAMES.iter().any(|known| name == known)
            {
                return true;
            }
            before = Some(token);
        }
        false
    }
}

/// A name of the prelude, with its path where that is wanted.
#[derive(Clone, Copy)]
pub(super) struct Name {
    name: &'static str,
    path: &'static [&'static str],
}

impl ToTokens for Name {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for segment in self.path {
            let segment = format_ident!("{segment}");
            tokens.extend(quote!(::#segment));
        }
        if !self.path.is_empty() {
            tokens.extend(quote!(::));
        }
        format_ident!("{}", self.name).to_tokens(tokens);
    }
}
