//! The SQL that conditions become.

use serde_json::json;

use crate::filter::{Column, Filter, parse_json};
use crate::schema::{ColumnDef, SqlType, TableDef};
use crate::sql::Sql;
use crate::value::Json;

const fn column(name: &'static str, ty: SqlType, sql_type: &'static str, nullable: bool) -> ColumnDef {
    ColumnDef { name, property: name, ty, sql_type, nullable, ..ColumnDef::DEFAULT }
}

static TABLE: TableDef = TableDef {
    name: "things",
    columns: &[
        column("id", SqlType::Int4, "int4", false),
        column("size", SqlType::Int8, "int8", true),
        column("na\"me", SqlType::Text, "varchar(3)", false),
        column("mood", SqlType::Text, "mood", true),
        column("moods", SqlType::Array(&SqlType::Text), "mood[]", true),
        column("data", SqlType::Jsonb, "jsonb", true),
    ],
    primary_key: &[0],
    ..TableDef::DEFAULT
};

struct Thing;

fn id() -> Column<Thing, i32> {
    Column::new(&TABLE.columns[0])
}

fn size() -> Column<Thing, Option<i64>> {
    Column::new(&TABLE.columns[1])
}

fn name() -> Column<Thing, String> {
    Column::new(&TABLE.columns[2])
}

fn mood() -> Column<Thing, Option<String>> {
    Column::new(&TABLE.columns[3])
}

fn moods() -> Column<Thing, Option<Vec<String>>> {
    Column::new(&TABLE.columns[4])
}

fn data() -> Column<Thing, Option<Json<serde_json::Value>>> {
    Column::new(&TABLE.columns[5])
}

/// The condition and its parameters, as `condition -- type=hexadecimal …`.
fn sql(filter: Filter<Thing>) -> String {
    let mut sql = Sql::default();
    sql.expr(&filter.expr).unwrap();
    let params = sql.params.iter().map(|param| {
        let bytes = param.value.as_deref().unwrap_or_default();
        match param.ty.name() {
            "text" => format!("text={}", String::from_utf8_lossy(bytes)),
            "jsonb" => format!("jsonb={}", String::from_utf8_lossy(&bytes[1..])),
            "int4" => format!("int4={}", i32::from_be_bytes(bytes.try_into().unwrap())),
            "int8" => format!("int8={}", i64::from_be_bytes(bytes.try_into().unwrap())),
            other => other.to_owned(),
        }
    });
    let params: Vec<String> = params.collect();
    format!("{} -- {}", sql.text, params.join(" "))
}

#[test]
fn comparisons() {
    let cases = [
        (id().eq(1), r#"t."id" = $1 -- int4=1"#),
        (id().ne(1), r#"t."id" <> $1 -- int4=1"#),
        (size().ne(1), r#"t."size" IS DISTINCT FROM $1 -- int8=1"#),
        (size().between(1, 2), r#"(t."size" >= $1 AND t."size" <= $2) -- int8=1 int8=2"#),
        (id().in_([1, 2]), r#"t."id" = ANY($1) -- _int4"#),
        (id().not_in([1, 2]), r#"(t."id" = ANY($1)) IS NOT TRUE -- _int4"#),
        (size().is_null(), r#"t."size" IS NULL -- "#),
        (size().is_not_null(), r#"t."size" IS NOT NULL -- "#),
        (!size().eq(1), r#"(t."size" = $1) IS NOT TRUE -- int8=1"#),
    ];
    for (filter, expected) in cases {
        assert_eq!(sql(filter), expected);
    }
}

#[test]
fn casts_to_declared_types() {
    let cases = [
        (name().eq("abcd"), r#"t."na""me" = $1::text::varchar -- text=abcd"#),
        (mood().eq("sad"), r#"t."mood" = $1::text::mood -- text=sad"#),
        (mood().in_(["sad"]), r#"t."mood" = ANY($1::text[]::mood[]) -- _text"#),
        (moods().has("sad"), r#"$1::text::mood = ANY(t."moods") -- text=sad"#),
        (moods().overlaps(["sad"]), r#"t."moods" && $1::text[]::mood[] -- _text"#),
        (name().like("a%"), r#"t."na""me" LIKE $1 -- text=a%"#),
    ];
    for (filter, expected) in cases {
        assert_eq!(sql(filter), expected);
    }
}

#[test]
fn special_characters_lose_their_meaning() {
    assert_eq!(sql(name().starts_with(r"5%_\")), r#"t."na""me" LIKE $1 -- text=5\%\_\\%"#);
    assert_eq!(sql(name().ends_with("%")), r#"t."na""me" LIKE $1 -- text=%\%"#);
    assert_eq!(sql(name().contains("_")), r#"t."na""me" LIKE $1 -- text=%\_%"#);
}

#[test]
fn combinations_are_flat_and_bracketed() {
    let (a, b, c) = (|| id().eq(1), || id().eq(2), || id().eq(3));
    let params = "-- int4=1 int4=2 int4=3";
    let text = |text: &str| format!("{} {params}", text.replace('=', r#"t."id" ="#));
    assert_eq!(sql(a() & b() & c()), text("(= $1 AND = $2 AND = $3)"));
    assert_eq!(sql(a() | b() & c()), text("(= $1 OR (= $2 AND = $3))"));
    assert_eq!(sql((a() | b()) & c()), text("((= $1 OR = $2) AND = $3)"));
    assert_eq!(sql(!(a() | b()) | c()), text("(((= $1 OR = $2)) IS NOT TRUE OR = $3)"));
    assert_eq!(sql(Filter::all([a(), Filter::all([])])), r#"t."id" = $1 -- int4=1"#);
    assert_eq!(sql(Filter::any([a(), Filter::all([])])), "true -- ");
    assert_eq!(sql(Filter::any([])), "false -- ");
    assert_eq!(sql(!Filter::any([])), "true -- ");
}

#[test]
fn places_in_json_keep_to_one_type() {
    let cases = [
        (data().at("a.b").eq(1), r#"(t."data" #> $1) = $2 -- _text jsonb=1"#),
        (data().at("a").ne(1), r#"((t."data" #> $1) = $2) IS NOT TRUE -- _text jsonb=1"#),
        (
            data().at("a").gt(1),
            r#"(jsonb_typeof(t."data" #> $1) = 'number' AND (t."data" #> $2) > $3) -- _text _text jsonb=1"#,
        ),
        (
            data().at("a").like("x%"),
            r#"(jsonb_typeof(t."data" #> $1) = 'string' AND (t."data" #>> $2) LIKE $3) -- _text _text text=x%"#,
        ),
        (data().at("a").is_null(), r#"(t."data" #>> $1) IS NULL -- _text"#),
        (data().contains(json!({"a": 1})), r#"t."data" @> $1 -- jsonb={"a":1}"#),
    ];
    for (filter, expected) in cases {
        assert_eq!(sql(filter), expected);
    }
}

#[test]
fn json_and_typed_filters_become_the_same() {
    let pairs = [
        (json!({"size": {"$gte": 1, "$ne": 5}}), size().gte(1) & !size().eq(5)),
        (json!({"$or": [{"id": 1}, {"mood": {"$in": ["sad"]}}]}), id().eq(1) | mood().in_(["sad"])),
        (json!({"size": null, "mood": {"$nin": ["sad"]}}), !mood().in_(["sad"]) & size().is_null()),
        (json!({"data.a.b": {"$gt": 1}}), data().at("a.b").gt(1)),
        (json!({"moods": "sad"}), moods().has("sad")),
        (json!({"na\"me": {"$like": "a%"}}), name().like("a%")),
    ];
    for (json, typed) in pairs {
        let parsed = Filter::new(parse_json(&TABLE, &json, &Default::default()).unwrap());
        assert_eq!(sql(parsed), sql(typed), "{json}");
    }
}
