//! A property becomes a column, or a relation.

use super::cursor::Cursor;
use super::layers::Layers;
use super::{Context, classify, default, doc, rules, sql_type};
use crate::diagnostic::{Code, Finding, Place};
use crate::model::Was;
use crate::model::column::Column;
use crate::model::types::Type;
use crate::names;
use crate::read::Entry;

/// What a property is.
pub(super) enum Property<'a> {
    Column(Box<Column>, ColumnLinks<'a>),
    Relation(RelationProperty<'a>),
}

/// What a column says of other tables.
#[derive(Default)]
pub(super) struct ColumnLinks<'a> {
    /// The table and property whose type it takes, and the place of the `$ref`.
    pub(super) column_ref: Option<(usize, String, Cursor<'a>)>,
    /// `x-ominipg.references`.
    pub(super) references: Option<Cursor<'a>>,
}

/// A property that stands for rows of another table.
pub(super) struct RelationProperty<'a> {
    pub(super) name: String,
    pub(super) many: bool,
    pub(super) target: usize,
    pub(super) doc: String,
    pub(super) place: Place,
    pub(super) at: Cursor<'a>,
}

/// What a property needs to know of its table.
pub(super) struct Owner<'a> {
    /// The Rust row type.
    pub(super) row: String,
    pub(super) required: Vec<String>,
    pub(super) defaults: Option<Cursor<'a>>,
    /// Whether the database checks the rules too.
    pub(super) checked: bool,
}

pub(super) fn property<'a>(
    context: &mut Context<'a, '_>,
    owner: &Owner<'a>,
    entry: &'a Entry,
    at: Cursor<'a>,
) -> Option<Property<'a>> {
    let layers = Layers::of(context, at);
    if let Some(relation) = relation(context, entry, at, &layers) {
        return relation.map(Property::Relation);
    }
    if layers.circular {
        return None;
    }
    let place = at.key_place(entry);
    let field = own_text(&layers, "name").unwrap_or_else(|| names::snake(&entry.key));
    let enum_name = || names::value_type(&owner.row, &field);
    let class = classify::classify(context, at, &layers, &enum_name)?;
    let rust = layers.extension("rust").and_then(|at| at.node.str()).map(str::to_owned);
    let rules = rules::rules(context, at, &layers, &class.ty, rust.is_none());
    let of_table = owner.defaults.and_then(|defaults| defaults.get(&entry.key));
    let default = default::default(context, at, &layers, &class.ty, of_table);
    let required = owner.required.contains(&entry.key);
    let sql_type = match &class.ty {
        Type::Enum(found) => found.native.as_deref().map(crate::emit::quote_name),
        _ => None,
    };
    let sql_type = sql_type.or_else(|| declared(context, layers.extension("type")?));
    let column = Column {
        property: entry.key.clone(),
        name: own_text(&layers, "column").unwrap_or_else(|| entry.key.clone()),
        doc: doc::doc(|keyword| layers.own_get(keyword), &format!("The column `{}`.", entry.key)),
        comment: doc::comment(|keyword| layers.own_get(keyword)),
        was: layers.own_extension("was").and_then(was),
        checked: owner.checked && layers.own_extension("checks").and_then(|at| at.node.bool()) != Some(false),
        nullable: class.nullable || (!required && default.is_none()),
        sql_type,
        rust,
        default,
        identity: false,
        read_only: layers.flag("readOnly"),
        write_only: layers.flag("writeOnly"),
        deprecated: layers.flag("deprecated"),
        attributes: super::table::rust_texts(layers.own_extension("attributes")),
        rules,
        ty: class.ty,
        name_place: layers.own_extension("column").map_or(place, Cursor::place),
        field_place: layers.own_extension("name").map_or(place, Cursor::place),
        field,
        place,
    };
    let links =
        ColumnLinks { column_ref: layers.column_ref.clone(), references: layers.own_extension("references") };
    Some(Property::Column(Box::new(column), links))
}

/// The SQL type that a schema names, where its text is one.
fn declared(context: &mut Context<'_, '_>, at: Cursor<'_>) -> Option<String> {
    let ty = at.node.str()?;
    if !sql_type::is_type(ty) {
        let help = "an SQL type, such as `varchar(80)`, `numeric(10, 2)` or `citext`; a name that has blanks or signs in it stands in \
                    double quotes";
        context
            .add(Finding::new(Code::BadExtension, at.place(), format!("`{ty}` is no SQL type")).help(help));
    }
    Some(ty.to_owned())
}

/// A name of before.
pub(super) fn was(at: Cursor<'_>) -> Option<Was> {
    Some(Was { name: at.node.str()?.to_owned(), place: at.place() })
}

fn own_text(layers: &Layers<'_>, key: &str) -> Option<String> {
    layers.own_extension(key).and_then(|at| at.node.str()).map(str::to_owned)
}

/// `Some(None)` where the property is a relation, but a wrong one.
#[expect(clippy::option_option, reason = "not a relation, a wrong one, a right one")]
fn relation<'a>(
    context: &mut Context<'a, '_>,
    entry: &'a Entry,
    at: Cursor<'a>,
    layers: &Layers<'a>,
) -> Option<Option<RelationProperty<'a>>> {
    let (target, reference, many) = match layers.table_ref {
        Some((target, reference)) => (target, reference, false),
        None => {
            let items = layers.own_get("items").filter(|items| items.node.object().is_some())?;
            let (target, reference) = Layers::of(context, items).table_ref?;
            (target, reference, true)
        }
    };
    if !layers.flag("readOnly") {
        let finding = Finding::new(
            Code::RelationNotReadOnly,
            reference.place(),
            format!("`{}` refers to a whole table, so it is a relation, but it is not `readOnly`", entry.key),
        )
        .help("add `\"readOnly\": true`; to hold the key of a row, refer to its column: `users.json#/properties/id`");
        context.add(finding);
        return Some(None);
    }
    let fallback = if many { "The rows that refer to this one." } else { "The row that this one refers to." };
    Some(Some(RelationProperty {
        name: entry.key.clone(),
        many,
        target,
        doc: doc::doc(|keyword| layers.own_get(keyword), fallback),
        place: at.key_place(entry),
        at,
    }))
}
