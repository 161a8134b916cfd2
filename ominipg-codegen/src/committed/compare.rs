//! Compares committed output with what the schemas give today: by meaning, so that formatting fails nothing.

use std::path::Path;

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use similar::TextDiff;
use syn::{Item, UseTree};

use super::write::{read, stale};
use crate::diagnostic::{Code, Error};
use crate::output::{File, Output};

impl Output {
    /// Checks that a folder holds this output, however it is formatted.
    ///
    /// # Errors
    ///
    /// What differs, as a diff; a file that cannot be read.
    pub fn check(&self, folder: impl AsRef<Path>) -> Result<(), Error> {
        let folder = folder.as_ref();
        verdict(&problems(&self.files(), folder)?, folder)
    }
}

/// What differs between files and those of a folder.
pub(super) fn problems(files: &[File], folder: &Path) -> Result<Vec<String>, Error> {
    let mut problems = Vec::new();
    for file in files {
        let path = folder.join(&file.name);
        match read(&path)? {
            None => problems.push(format!("{} is missing", shown(&path))),
            Some(text) => problems.extend(differs(&shown(&path), &text, &file.text)),
        }
    }
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    for (path, _) in stale(folder, &names)? {
        problems.push(format!("{} is made by no table any more", shown(&path)));
    }
    Ok(problems)
}

/// The error that tells of all problems, if there are any.
pub(super) fn verdict(problems: &[String], folder: &Path) -> Result<(), Error> {
    if problems.is_empty() {
        return Ok(());
    }
    let message = format!("the committed code is not what the schemas give\n\n{}", problems.join("\n"));
    let help = format!("run `ominipg-codegen generate … --out {}` and commit what it writes", shown(folder));
    Err(Error::outside(Code::Stale, message, help))
}

/// The difference between two texts, if there is any.
pub(super) fn text(path: &Path, committed: &str, wanted: &str) -> Option<String> {
    (committed != wanted).then(|| diff(&shown(path), committed, wanted))
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The difference in meaning, as a diff of texts that are formatted alike.
fn differs(name: &str, committed: &str, wanted: &str) -> Option<String> {
    let wanted = normal(wanted).expect("generated code is Rust");
    let Some(committed) = normal(committed) else {
        return Some(format!("{name} is not Rust"));
    };
    if committed == wanted {
        return None;
    }
    Some(diff(name, &committed, &wanted))
}

fn diff(name: &str, committed: &str, wanted: &str) -> String {
    let diff = TextDiff::from_lines(committed, wanted);
    diff.unified_diff().context_radius(2).header(name, "what the schemas give").to_string()
}

/// The code in one form: what rustfmt may order is ordered, and all is formatted anew, without comments.
fn normal(text: &str) -> Option<String> {
    let mut file: syn::File = syn::parse2(without_last_commas(text.parse().ok()?)).ok()?;
    file.items.iter_mut().for_each(|item| {
        if let Item::Use(found) = item {
            order(&mut found.tree);
        }
    });
    file.items.sort_by_cached_key(|item| match item {
        Item::Mod(found) => (0, found.ident.to_string()),
        Item::Use(found) => (1, found.to_token_stream().to_string()),
        _ => (2, String::new()),
    });
    Some(prettyplease::unparse(&file))
}

/// Commas before a closing bracket come and go with the line breaks.
fn without_last_commas(tokens: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    if matches!(tokens.last(), Some(TokenTree::Punct(last)) if last.as_char() == ',') {
        tokens.pop();
    }
    let within = |token| match token {
        TokenTree::Group(group) => Group::new(group.delimiter(), without_last_commas(group.stream())).into(),
        other => other,
    };
    tokens.into_iter().map(within).collect()
}

fn order(tree: &mut UseTree) {
    match tree {
        UseTree::Path(path) => order(&mut path.tree),
        UseTree::Group(group) => {
            let mut items: Vec<UseTree> = group.items.clone().into_iter().collect();
            items.sort_by_cached_key(|item| match item {
                UseTree::Name(name) => name.ident.to_string(),
                _ => String::new(),
            });
            group.items = items.into_iter().collect();
        }
        _ => {}
    }
}
