//! What typify gives, fitted into a table's module.

use proc_macro2::{Group, Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Item};

use super::super::{Settings, docs};

pub(super) struct Polished {
    pub(super) items: TokenStream,
    pub(super) names: Vec<String>,
}

/// Leads all paths through the runtime, shortens the documentation, and leaves out what nothing uses.
pub(super) fn polish(stream: TokenStream, settings: &Settings) -> Result<Polished, String> {
    let file: syn::File = syn::parse2(paths(stream, settings)).map_err(|error| error.to_string())?;
    let mut items = Vec::new();
    let mut names = Vec::new();
    for mut item in file.items {
        match &mut item {
            Item::Struct(found) => {
                names.push(found.ident.to_string());
                polish_attributes(&mut found.attrs, Some(settings));
                tell_apart(found.fields.iter_mut());
                found.fields.iter_mut().for_each(|field| {
                    polish_attributes(&mut field.attrs, None);
                    document_field(field);
                });
                document(&mut found.attrs, "A part of a JSON column.");
            }
            Item::Enum(found) => {
                names.push(found.ident.to_string());
                polish_attributes(&mut found.attrs, Some(settings));
                found.variants.iter_mut().for_each(|variant| {
                    polish_attributes(&mut variant.attrs, None);
                    tell_apart(variant.fields.iter_mut());
                    document(&mut variant.attrs, &format!("`{}`", variant.ident));
                    variant.fields.iter_mut().for_each(|field| {
                        polish_attributes(&mut field.attrs, None);
                        document_field(field);
                    });
                });
                document(&mut found.attrs, "A part of a JSON column.");
            }
            Item::Impl(found) if is_from_reference(found) => continue,
            Item::Impl(found) => Values.visit_item_impl_mut(found),
            _ => {}
        }
        items.push(item);
    }
    let used = items.iter().filter(|item| !is_error(item)).map(|item| item.to_token_stream().to_string());
    let error = used.collect::<String>().contains("self :: error");
    items.retain(|item| error || !is_error(item));
    Ok(Polished { items: quote!(#(#items)*), names })
}

/// Members whose names are one in snake_case: the later ones are numbered.
fn tell_apart<'a>(fields: impl Iterator<Item = &'a mut syn::Field>) {
    let mut seen = Vec::new();
    for field in fields {
        let Some(name) = field.ident.as_mut() else { continue };
        let member = name.to_string();
        let told = |attribute: &Attribute| {
            let text = attribute.to_token_stream().to_string();
            text.contains("rename") || text.contains("flatten")
        };
        // Its name in JSON stays what it was.
        if number(name, &mut seen) && !field.attrs.iter().any(told) {
            let member = member.strip_prefix("r#").unwrap_or(&member);
            field.attrs.push(syn::parse_quote!(#[serde(rename = #member)]));
        }
    }
}

/// The same where values of them are made, in the same order.
struct Values;

impl VisitMut for Values {
    fn visit_expr_struct_mut(&mut self, value: &mut syn::ExprStruct) {
        let mut seen = Vec::new();
        for field in &mut value.fields {
            if let syn::Member::Named(name) = &mut field.member {
                number(name, &mut seen);
            }
        }
        visit_mut::visit_expr_struct_mut(self, value);
    }
}

/// Whether the name had to be changed.
fn number(name: &mut syn::Ident, seen: &mut Vec<String>) -> bool {
    let base = name.to_string();
    let mut free = base.clone();
    let mut count = 2;
    while seen.contains(&free) {
        free = format!("{}_{count}", base.strip_prefix("r#").unwrap_or(&base));
        count += 1;
    }
    let changed = free != base;
    if changed {
        *name = syn::Ident::new(&free, name.span());
    }
    seen.push(free);
    changed
}

fn document_field(field: &mut syn::Field) {
    if let Some(name) = field.ident.as_ref().map(ToString::to_string) {
        document(&mut field.attrs, &format!("The value of `{name}`."));
    }
}

fn is_error(item: &Item) -> bool {
    matches!(item, Item::Mod(module) if module.ident == "error")
}

/// `impl From<&T> for T`, which only clones.
fn is_from_reference(found: &syn::ItemImpl) -> bool {
    let target = found.self_ty.to_token_stream().to_string();
    found.trait_.as_ref().is_some_and(|(path, ..)| {
        path.to_token_stream().to_string().replace(' ', "").ends_with(&format!("From<&{target}>"))
    })
}

/// Cuts the schema out of the documentation, and tells serde's derives where serde is.
fn polish_attributes(attributes: &mut Vec<Attribute>, settings: Option<&Settings>) {
    let mut text = String::new();
    attributes.retain(|attribute| {
        let Some(doc) = doc_of(attribute) else { return true };
        text.push_str(&doc);
        text.push('\n');
        false
    });
    let text = text.split("<details>").next().unwrap_or("").trim().to_owned();
    if !text.is_empty() {
        set_docs(attributes, &text);
    }
    if let Some(settings) = settings {
        let serde = settings.support_text("serde");
        attributes.push(syn::parse_quote!(#[serde(crate = #serde)]));
    }
}

/// Typify repeats the name where a schema has no description.
fn document(attributes: &mut Vec<Attribute>, fallback: &str) {
    let told = attributes.iter().filter_map(doc_of).collect::<String>();
    let repeats = told.trim().starts_with('`') && told.trim().ends_with('`') && !told.trim().contains(' ');
    if told.trim().is_empty() || repeats {
        attributes.retain(|attribute| doc_of(attribute).is_none());
        set_docs(attributes, fallback);
    }
}

fn set_docs(attributes: &mut Vec<Attribute>, text: &str) {
    for (index, line) in docs::lines(text).into_iter().enumerate() {
        attributes.insert(index, syn::parse_quote!(#[doc = #line]));
    }
}

fn doc_of(attribute: &Attribute) -> Option<String> {
    let syn::Meta::NameValue(pair) = &attribute.meta else { return None };
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value else { return None };
    pair.path.is_ident("doc").then(|| text.value())
}

/// Leads `::serde…` and `::serde_json…` through the runtime, in paths and in the texts of serde's attributes.
pub(super) fn paths(stream: TokenStream, settings: &Settings) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = stream.into_iter().peekable();
    let mut after_name = false;
    while let Some(token) = tokens.next() {
        let starts = !after_name && is_colon(&token) && tokens.peek().is_some_and(is_colon);
        after_name = matches!(&token, TokenTree::Ident(_))
            || matches!(&token, TokenTree::Punct(p) if p.as_char() == '>');
        if starts {
            let second = tokens.next().expect("it was just looked at");
            let to_lead = matches!(tokens.peek(), Some(TokenTree::Ident(name)) if *name == "serde" || *name == "serde_json");
            if to_lead {
                out.extend(settings.support());
            }
            out.extend([token, second]);
            after_name = false;
            continue;
        }
        out.extend([match token {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), paths(group.stream(), settings));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            TokenTree::Literal(literal) => TokenTree::Literal(lead_text(literal, settings)),
            other => other,
        }]);
    }
    out
}

fn lead_text(literal: Literal, settings: &Settings) -> Literal {
    let text = literal.to_string();
    match text.strip_prefix("\"::serde") {
        Some(rest) => {
            Literal::string(&format!("{}{}", settings.support_text("serde"), rest.trim_end_matches('"')))
        }
        None => literal,
    }
}

fn is_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':')
}
