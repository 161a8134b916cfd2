//! Which files a folder holds, and their text.

use std::fs;
use std::path::{Path, PathBuf};

use super::extension::META_SCHEMA_FILE;
use super::json;
use super::node::{Node, Span, Value};
use super::source::{Source, Sources, normal, shown};
use crate::diagnostic::{Code, Finding, Findings, Place};
use crate::names::closest;

/// Reads every `.json` file of a folder (not of the folders in it), or the one file that is named.
pub(super) fn read(base: &Path, path: &Path, sources: &mut Sources, findings: &mut Findings) {
    let full = base.join(path);
    let files = if full.is_dir() {
        match list(&full) {
            Ok(files) => files.into_iter().map(|file| path.join(file)).collect(),
            Err(error) => {
                findings.add(unreadable(base, path, &error));
                return;
            }
        }
    } else {
        vec![path.to_path_buf()]
    };
    if files.is_empty() {
        let message = format!("the folder `{}` holds no schemas", shown(path));
        let help =
            "put one JSON Schema a table into it, such as `users.json`; only names that end in `.json` count";
        findings.add(Finding::new(Code::NoSchemas, None, message).help(help));
    }
    for file in files {
        if let Err(error) = add(base, &file, true, sources, findings) {
            findings.add(unreadable(base, &file, &error));
        }
    }
}

/// Reads one file and adds it, once.
pub(super) fn add(
    base: &Path,
    path: &Path,
    listed: bool,
    sources: &mut Sources,
    findings: &mut Findings,
) -> std::io::Result<usize> {
    let full = normal(&base.join(path));
    if let Some(file) = sources.find(&full) {
        return Ok(file);
    }
    let text = fs::read_to_string(&full)?;
    let source =
        Source { name: shown(&normal(path)), path: full, text, root: None, resources: Vec::new(), listed };
    let file = sources.push(source);
    let root = match json::parse(&sources.get(file).text) {
        Ok(root) => {
            repeated_keys(file, &root, findings);
            Some(root)
        }
        Err(error) => {
            let message = format!("`{}` is not JSON", sources.get(file).name);
            let place = Place { file, span: error.span };
            findings.add(Finding::new(Code::NotJson, place, message).label(error.message));
            None
        }
    };
    sources.set_root(file, root);
    Ok(file)
}

fn list(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = PathBuf::from(entry.file_name());
        let hidden = name.to_string_lossy().starts_with('.');
        // The meta-schema may stand beside the schemas, for editors.
        let meta_schema = name.as_os_str() == META_SCHEMA_FILE;
        if !hidden
            && !meta_schema
            && name.extension().is_some_and(|end| end == "json")
            && entry.path().is_file()
        {
            files.push(name);
        }
    }
    files.sort();
    Ok(files)
}

fn unreadable(base: &Path, path: &Path, error: &std::io::Error) -> Finding {
    let message = format!("`{}` cannot be read: {error}", shown(path));
    let help = match neighbour(&base.join(path)) {
        Some(name) => format!("do you mean `{}`?", shown(&path.with_file_name(name))),
        None => {
            "name a folder of JSON Schemas, or one file; paths are relative to the crate's folder".to_owned()
        }
    };
    Finding::new(Code::Unreadable, None, message).help(help)
}

/// What stands beside a path that is not there, and is called almost the same.
pub(super) fn neighbour(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = fs::read_dir(folder).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names: Vec<String> = beside.filter(|name| name != wanted).collect();
    closest(wanted, names.iter().map(String::as_str)).map(str::to_owned)
}

fn repeated_keys(file: usize, node: &Node, findings: &mut Findings) {
    match &node.value {
        Value::Object(object) => {
            for (index, entry) in object.entries.iter().enumerate() {
                let first = object.entries[..index].iter().find(|first| first.key == entry.key);
                if let Some(first) = first {
                    findings.add(repeated(file, &entry.key, entry.key_span, first.key_span));
                }
                repeated_keys(file, &entry.node, findings);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| repeated_keys(file, item, findings)),
        _ => {}
    }
}

fn repeated(file: usize, key: &str, span: Span, first: Span) -> Finding {
    Finding::new(Code::RepeatedKey, Place { file, span }, format!("the key `{key}` is here twice"))
        .label("the second one")
        .and(Place { file, span: first }, "the first one")
        .help("JSON readers keep only one of the two, and not all the same one: remove or rename one")
}
