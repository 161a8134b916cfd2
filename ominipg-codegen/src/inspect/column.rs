//! A column as a property.

use ominipg_runtime::{Catalog, CatalogColumn, CatalogTable, ConstraintKind};

use super::check::{self, Said};
use super::default::{Default, default};
use super::json::{Json, Object};
use super::keys;

/// A property, and whether it is required.
pub(super) struct Property {
    pub(super) json: Json,
    pub(super) required: bool,
}

/// The property of a column, with a Rust name where its own gives none; what of it a schema cannot say goes to `notes`.
pub(super) fn property(
    catalog: &Catalog,
    table: &CatalogTable,
    column: &CatalogColumn,
    name: Option<String>,
    notes: &mut Vec<String>,
) -> Option<Property> {
    let place = format!("{}.{}", table.name, column.name);
    if column.generated {
        notes.push(format!("{place} is computed by the database, which no schema says: it is left out"));
        return None;
    }
    let said = said(table, column, notes);
    let found = values(catalog, column, &said);
    let mut property = Object::default();
    let mut extension = Object::default();
    if let Some(name) = name {
        extension.set("name", Json::text(name));
    }
    if let Some(comment) = &column.comment {
        property.set("description", Json::text(comment));
    }
    let key_counts = table.primary_key() == [column.name.clone()] && column.base.starts_with("int");
    let known = default(column, found.as_deref());
    let nullable = column.nullable && known.is_some();
    ty(column, found.as_deref(), &said, nullable, &place, &mut property, &mut extension, notes);
    check::put(&said, &mut property);
    match &known {
        Some(Default::Literal(value)) => property.set("default", Json::Plain(value.clone())),
        Some(Default::Sql(sql)) => extension.set("default", Json::text(sql)),
        Some(Default::Sequence) if key_counts => {
            property.set("readOnly", Json::Plain(true.into()));
            notes.push(format!("{place} counts by a sequence: a new database has an identity column there"));
        }
        Some(Default::Sequence) => {
            notes.push(format!(
                "{place} counts by a sequence, which no schema says but for a key: it has no default"
            ));
        }
        None if column.identity && key_counts => property.set("readOnly", Json::Plain(true.into())),
        None if column.identity => {
            notes.push(format!(
                "{place} counts itself up, which no schema says but for a key: it has no default"
            ));
        }
        None => {}
    }
    if let Some(reference) = keys::reference(table, column, notes) {
        extension.set("references", reference);
    }
    if !extension.is_empty() {
        property.set("x-ominipg", extension.done());
    }
    let has_default = matches!(known, Some(Default::Literal(_) | Default::Sql(_)))
        || (key_counts && (column.identity || known == Some(Default::Sequence)));
    let required = !column.nullable && !has_default;
    Some(Property { json: property.done(), required })
}

/// What the checks of a column alone say; those of another form are noted.
fn said(table: &CatalogTable, column: &CatalogColumn, notes: &mut Vec<String>) -> Vec<Said> {
    let mut out: Vec<Said> = Vec::new();
    for found in table.constraints.iter().filter(|found| found.kind == ConstraintKind::Check) {
        if found.columns != [column.name.clone()] {
            continue;
        }
        let more = check::said(&found.definition, &column.name, &found.name);
        match more.filter(|more| more.iter().all(|said| fits(column, said))) {
            Some(more) if !more.iter().any(|more| out.iter().any(|known| both_list(known, more))) => {
                out.extend(more);
            }
            _ => notes.push(format!(
                "{}: the check {} has no keyword: {}",
                table.name, found.name, found.definition
            )),
        }
    }
    out
}

/// Whether a schema says so of such a column: a keyword is about values of one type.
fn fits(column: &CatalogColumn, said: &Said) -> bool {
    let is_text = matches!(column.base.as_str(), "text" | "varchar");
    let is_number = matches!(column.base.as_str(), "int2" | "int4" | "int8" | "float4" | "float8");
    match (said, column.is_array) {
        (Said::Elements(_) | Said::Keyword("minItems" | "maxItems", _), is_array) => {
            is_array && known(column).is_some()
        }
        (_, true) => false,
        (Said::Values(_) | Said::Keyword("minLength" | "maxLength" | "pattern", _), _) => is_text,
        (Said::Keyword("const", Json::Plain(value)), _) if value.is_string() => is_text,
        (Said::Keyword("const", Json::Plain(value)), _) if value.is_boolean() => column.base == "bool",
        (Said::Keyword("const" | "multipleOf", _), _) => is_number && !column.base.starts_with("float"),
        (Said::Keyword(..), _) => is_number,
    }
}

/// Whether both say which values there are: only one list can.
fn both_list(a: &Said, b: &Said) -> bool {
    !matches!(a, Said::Keyword(..)) && !matches!(b, Said::Keyword(..))
}

/// The values of an enum, native or by a check.
fn values(catalog: &Catalog, column: &CatalogColumn, said: &[Said]) -> Option<Vec<String>> {
    if column.is_enum && !column.is_array {
        return catalog.enum_type(&column.base).map(|found| found.values.clone());
    }
    said.iter().find_map(|said| match said {
        Said::Values(values) => Some(values.clone()),
        _ => None,
    })
}

#[allow(clippy::too_many_arguments, reason = "each is one part of a property")]
fn ty(
    column: &CatalogColumn,
    values: Option<&[String]>,
    said: &[Said],
    nullable: bool,
    place: &str,
    property: &mut Object,
    extension: &mut Object,
    notes: &mut Vec<String>,
) {
    if let Some(values) = values {
        let null = nullable.then_some(Json::Plain(serde_json::Value::Null));
        property.set("enum", Json::List(values.iter().map(Json::text).chain(null).collect()));
        if column.is_enum {
            extension.set("type", Json::text(&column.base));
        } else if known(column).is_some_and(|known| known.declared) {
            extension.set("type", Json::text(&column.ty));
        }
        return;
    }
    let Some(known) = known(column) else {
        notes.push(format!("{place} is of the type {}, which is read and written as text", column.ty));
        set_type(property, "string", nullable);
        extension.set("type", Json::text(&column.ty));
        return;
    };
    if known.name == "inet" {
        notes.push(format!("{place} holds addresses of both kinds: its schema takes those of IPv4"));
    }
    if column.is_array {
        set_type(property, "array", nullable);
        let mut item = Object::default();
        let elements = said.iter().find_map(|said| match said {
            Said::Elements(values) => Some(values),
            _ => None,
        });
        match elements {
            Some(values) => item.set("enum", Json::texts(values)),
            None => set_format(&mut item, &known, false),
        }
        property.set("items", item.done());
    } else if known.ty.is_empty() {
        if nullable {
            let types = ["array", "boolean", "null", "number", "object", "string"];
            property.set("type", Json::List(types.into_iter().map(Json::text).collect()));
        }
    } else {
        set_format(property, &known, nullable);
    }
    if known.declared {
        extension.set("type", Json::text(&column.ty));
    }
}

/// A type that schemas have a word for.
struct Known {
    name: &'static str,
    ty: &'static str,
    format: Option<&'static str>,
    /// Whether the database's name of the type has to stand in the schema.
    declared: bool,
}

fn known(column: &CatalogColumn) -> Option<Known> {
    let has_length = column.ty.contains('(');
    let own = |name, ty, format| Some(Known { name, ty, format, declared: has_length });
    let text = || Some(Known { name: "text", ty: "string", format: None, declared: true });
    let base = column.base.as_str();
    if column.is_array && matches!(base, "bytea" | "jsonb" | "varchar" | "bpchar" | "citext") {
        return None;
    }
    match base {
        "text" => own("text", "string", None),
        "varchar" | "bpchar" | "citext" => text(),
        "int2" => own("int2", "integer", Some("int16")),
        "int4" => own("int4", "integer", Some("int32")),
        "int8" => own("int8", "integer", None),
        "float4" => own("float4", "number", Some("float")),
        "float8" => own("float8", "number", None),
        "bool" => own("bool", "boolean", None),
        "uuid" => own("uuid", "string", Some("uuid")),
        "timestamptz" => own("timestamptz", "string", Some("date-time")),
        "date" => own("date", "string", Some("date")),
        "time" => own("time", "string", Some("time")),
        "interval" => own("interval", "string", Some("duration")),
        "bytea" => own("bytea", "string", Some("byte")),
        "inet" => own("inet", "string", Some("ipv4")),
        "numeric" => own("numeric", "string", Some("decimal")),
        "jsonb" => own("jsonb", "", None),
        _ => None,
    }
}

fn set_type(property: &mut Object, ty: &str, nullable: bool) {
    let ty = Json::text(ty);
    property.set("type", if nullable { Json::List(vec![ty, Json::text("null")]) } else { ty });
}

fn set_format(property: &mut Object, known: &Known, nullable: bool) {
    set_type(property, known.ty, nullable);
    if let Some(format) = known.format {
        property.set("format", Json::text(format));
    }
}
