//! A schema becomes a table; what ties it to other tables follows when all are there.

use super::column::{self, ColumnLinks, Owner, Property, RelationProperty};
use super::cursor::Cursor;
use super::layers::Layers;
use super::{Context, doc, keys, sync, timestamps, version};
use crate::diagnostic::{Code, Finding, Place};
use crate::model::rust_text::RustText;
use crate::model::table::{Distribution, Index, Search, Table, Unique};
use crate::model::types::{Scalar, Type};
use crate::names;
use crate::read::{Document, Form, Input, Node, not_table};

/// A table, and what its schema says of others.
pub(super) struct Draft<'a> {
    pub(super) table: Table,
    pub(super) config: Config<'a>,
    /// For each column.
    pub(super) links: Vec<ColumnLinks<'a>>,
    pub(super) relations: Vec<RelationProperty<'a>>,
}

/// The keys of a table's `x-ominipg`, or of its entry in a bundle.
#[derive(Clone, Copy)]
pub(super) struct Config<'a> {
    pub(super) schema: Cursor<'a>,
    bundle: Option<Cursor<'a>>,
}

impl<'a> Config<'a> {
    pub(super) fn get(self, key: &str) -> Option<Cursor<'a>> {
        self.schema.extension(key).or_else(|| self.bundle.and_then(|bundle| bundle.get(key)))
    }

    pub(super) fn is_bundled(self) -> bool {
        self.bundle.is_some()
    }
}

/// The SQL name of a document's table.
pub(super) fn sql_name(input: &Input, document: &Document) -> String {
    let Form::Table { name, .. } = &document.form else { return String::new() };
    let in_schema =
        document.node(&input.sources).get("x-ominipg").and_then(|extension| extension.get("table"));
    let named = in_schema.or_else(|| document.bundle(&input.sources).and_then(|bundle| bundle.get("table")));
    named.and_then(Node::str).unwrap_or(name).to_owned()
}

pub(super) fn draft<'a>(context: &mut Context<'a, '_>, index: usize) -> Draft<'a> {
    let document = context.documents[index];
    let schema = context.cursor(index);
    let bundle = document.bundle(&context.input.sources).map(|node| schema.with(node));
    let config = Config { schema, bundle };
    let name = sql_name(context.input, document);
    let place = place(document, config);
    let layers = Layers::of(context, schema);
    let row =
        config.get("name").and_then(|at| at.node.str()).map_or_else(|| names::row_type(&name), str::to_owned);
    shape(context, schema, &layers);
    let required = required(context, &layers);
    let checked = config.get("checks").and_then(|at| at.node.bool()) != Some(false);
    let owner = Owner { row: row.clone(), required, defaults: config.get("defaults"), checked };
    let mut table = Table {
        module: module(&name),
        doc: doc::doc(|keyword| layers.own_get(keyword), &format!("A row of the table `{name}`.")),
        comment: doc::comment(|keyword| layers.own_get(keyword)),
        was: config.get("was").and_then(column::was),
        distribution: None,
        deprecated: layers.flag("deprecated"),
        derive: rust_texts(config.get("derive")),
        attributes: rust_texts(config.get("attributes")),
        closed: layers
            .own()
            .any(|at| at.get("additionalProperties").and_then(|at| at.node.bool()) == Some(false)),
        name,
        row,
        columns: Vec::new(),
        primary_key: Vec::new(),
        unique: Vec::new(),
        indexes: Vec::new(),
        search: None,
        foreign_keys: Vec::new(),
        relations: Vec::new(),
        updated_at: None,
        deleted_at: None,
        version: None,
        sync: None,
        place,
        key_place: place,
    };
    let (mut links, mut relations) = (Vec::new(), Vec::new());
    for (entry, at) in layers.own().filter_map(|layer| layer.get("properties")).flat_map(Cursor::entries) {
        let seen = table.column(&entry.key).is_some()
            || relations.iter().any(|r: &RelationProperty<'_>| r.name == entry.key);
        if seen {
            continue;
        }
        match column::property(context, &owner, entry, at) {
            Some(Property::Column(column, link)) => {
                table.columns.push(*column);
                links.push(link);
            }
            Some(Property::Relation(relation)) => relations.push(relation),
            None => {}
        }
    }
    timestamps::add(context, &mut table, config);
    timestamps::add_deleted(context, &mut table, config);
    version::add(context, &mut table, config);
    links.resize_with(table.columns.len(), ColumnLinks::default);
    unknown_defaults(context, &table, &owner);
    keys::primary(context, &mut table, config);
    table.unique = unique(context, &table, config);
    table.indexes = indexes(context, &table, config);
    table.search = search(context, &table, config);
    table.sync = sync::sync(context, &table, config, schema);
    table.distribution = distribution(context, &table, config);
    Draft { table, config, links, relations }
}

/// Derives or attributes.
pub(super) fn rust_texts(list: Option<Cursor<'_>>) -> Vec<RustText> {
    let items = list.into_iter().flat_map(Cursor::items);
    items.filter_map(|at| Some(RustText { text: at.node.str()?.to_owned(), place: at.place() })).collect()
}

/// The module is a file too, so its name cannot be a keyword that has no raw form, nor that of the root.
fn module(name: &str) -> String {
    match names::snake(name) {
        taken if matches!(taken.as_str(), "mod" | "self" | "super" | "crate") => format!("{taken}_"),
        free => free,
    }
}

/// Where a table has its name from.
fn place(document: &Document, config: Config<'_>) -> Place {
    let at = config.get("table").map(Cursor::place);
    let Form::Table { named_at, .. } = document.form else { return config.schema.place() };
    at.unwrap_or(Place { file: document.file, span: named_at })
}

/// Keywords of a table that no check looks at.
const UNENFORCED: &[&str] = &[
    "minProperties",
    "maxProperties",
    "patternProperties",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
    "if",
    "not",
    "anyOf",
    "oneOf",
    "unevaluatedProperties",
    "const",
    "enum",
];

fn shape<'a>(context: &mut Context<'a, '_>, schema: Cursor<'a>, layers: &Layers<'a>) {
    if let Some((_, reference)) = layers.table_ref {
        let finding =
            Finding::new(Code::NotTable, reference.place(), "a table cannot take over another table")
                .help("move what they share to `$defs` of a file of its own, and refer to that from both");
        context.add(finding);
    }
    let ty = layers.own_get("type");
    if let Some(ty) = ty.filter(|ty| ty.node.str() != Some("object")) {
        context.add(not_table(ty.place(), "a table is an object"));
    } else if layers.own_get("properties").is_none() && layers.table_ref.is_none() {
        let start = schema.node.span.start;
        let place = Place { file: schema.file, span: crate::read::Span::new(start, start + 1) };
        context.add(not_table(place, "no `properties`"));
    }
    for at in layers.own() {
        for (entry, value) in at.entries() {
            let open = entry.key == "additionalProperties" && value.node.bool().is_none();
            if open || UNENFORCED.contains(&entry.key.as_str()) {
                let message = format!("`{}` is not enforced on a table", entry.key);
                let help =
                    "say it on the properties, or put what belongs together into a property of type `object`";
                context.add(Finding::new(Code::Unenforced, at.key_place(entry), message).help(help));
            }
        }
    }
}

fn required<'a>(context: &mut Context<'a, '_>, layers: &Layers<'a>) -> Vec<String> {
    let known: Vec<&str> = layers
        .own()
        .filter_map(|at| at.get("properties"))
        .flat_map(Cursor::entries)
        .map(|(entry, _)| entry.key.as_str())
        .collect();
    let mut out = Vec::new();
    for name in layers.own().filter_map(|at| at.get("required")).flat_map(Cursor::items) {
        let Some(text) = name.node.str() else { continue };
        if known.contains(&text) {
            out.push(text.to_owned());
        } else {
            context.add(unknown_property(name.place(), text, &known));
        }
    }
    out
}

/// The columns that a list of property names stands for; unknown ones are reported.
pub(super) fn columns<'a>(
    context: &mut Context<'a, '_>,
    table: &Table,
    names: Cursor<'a>,
) -> Option<Vec<usize>> {
    let found: Vec<Option<usize>> =
        names.names().into_iter().map(|name| one_column(context, table, name)).collect();
    found.into_iter().collect()
}

pub(super) fn one_column<'a>(
    context: &mut Context<'a, '_>,
    table: &Table,
    name: Cursor<'a>,
) -> Option<usize> {
    let text = name.node.str()?;
    let found = table.column(text);
    if found.is_none() {
        let known: Vec<&str> = table.columns.iter().map(|column| column.property.as_str()).collect();
        context.add(unknown_property(name.place(), text, &known));
    }
    found
}

fn unknown_property(place: Place, name: &str, known: &[&str]) -> Finding {
    let help = match names::closest(name, known.iter().copied()) {
        Some(closest) => format!("do you mean `{closest}`?"),
        None => format!(
            "the properties are {}",
            known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        ),
    };
    Finding::new(Code::UnknownProperty, place, format!("the table has no property `{name}`")).help(help)
}

fn unknown_defaults<'a>(context: &mut Context<'a, '_>, table: &Table, owner: &Owner<'a>) {
    for (entry, at) in owner.defaults.into_iter().flat_map(Cursor::entries) {
        if table.column(&entry.key).is_none() {
            let known: Vec<&str> = table.columns.iter().map(|column| column.property.as_str()).collect();
            context.add(unknown_property(at.key_place(entry), &entry.key, &known));
        }
    }
}

fn unique<'a>(context: &mut Context<'a, '_>, table: &Table, config: Config<'a>) -> Vec<Unique> {
    let mut out = Vec::new();
    for names in config.get("unique").into_iter().flat_map(Cursor::items) {
        if let Some(columns) = columns(context, table, names) {
            out.push(Unique { columns, place: names.place() });
        }
    }
    out
}

fn indexes<'a>(context: &mut Context<'a, '_>, table: &Table, config: Config<'a>) -> Vec<Index> {
    let mut out = Vec::new();
    for at in config.get("indexes").into_iter().flat_map(Cursor::items) {
        let names = at.get("columns").unwrap_or(at);
        let text = |key: &str| at.get(key).and_then(|at| at.node.str()).map(str::to_owned);
        if let Some(columns) = columns(context, table, names) {
            out.push(Index { columns, using: text("using"), filter: text("where"), place: at.place() });
        }
    }
    out
}

fn search<'a>(context: &mut Context<'a, '_>, table: &Table, config: Config<'a>) -> Option<Search> {
    let at = config.get("search")?;
    let names = at.get("columns").unwrap_or(at);
    let columns = columns(context, table, names)?;
    for (&column, name) in columns.iter().zip(names.names()) {
        let column = &table.columns[column];
        if column.ty != Type::Scalar(Scalar::Text) {
            let message = format!("`search` takes texts, and `{}` is {}", column.property, column.ty.sql());
            context.add(Finding::new(Code::BadExtension, name.place(), message).help("leave it out"));
            return None;
        }
    }
    let language = at.get("language").and_then(|at| at.node.str()).unwrap_or("simple").to_owned();
    Some(Search { columns, language })
}

fn distribution<'a>(
    context: &mut Context<'a, '_>,
    table: &Table,
    config: Config<'a>,
) -> Option<Distribution> {
    let at = config.get("distribute")?;
    let name = at.get("column").unwrap_or(at);
    let column = match name.node.str() {
        Some("reference") if at.node.str().is_some() => None,
        _ => Some(one_column(context, table, name)?),
    };
    Some(Distribution { column, place: at.place() })
}
