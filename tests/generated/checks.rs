//! The CHECK constraints refuse what the validators refuse, where they can, and never more.

use ominipg::codegen_support::serde_json::{Value, from_value, json};
use ominipg::{ConnectOptions, ErrorKind, Ominipg};

use crate::golden::sql::{NewItem, SCHEMA, items};

const INSERT: &str = "INSERT INTO items SELECT * FROM jsonb_populate_record(NULL::items, $1)";

fn item() -> Value {
    json!({
        "tenant": "a", "id": 1, "code": "AB-12", "name": "n", "price": 1.25, "count": 5, "ratio": 0.25, "short": "s",
        "tags": ["x"], "state": "new", "kind": "a", "fixed": "x", "always": true, "note": "n", "extra": {}, "unchecked": 1
    })
}

/// Columns, values for them, and whether the database knows the whole rule.
fn cases() -> Vec<(&'static str, Vec<Value>, bool)> {
    let long = |count| json!("é".repeat(count));
    let codes = ["AB-1", "AB-12345678901", "AB-", "ab-12", "AB-12\n", "XAB-1", "AB-1x", "ÄB-12", "AB-٣"];
    vec![
        ("code", codes.iter().map(|code| json!(code)).collect(), true),
        ("name", vec![json!(""), json!(" a"), json!("é")], false),
        ("price", vec![json!(0), json!(-0.01), json!(1e6), json!(999_999.99), json!(0.001)], false),
        (
            "count",
            vec![
                json!(0),
                json!(-1),
                json!(-5),
                json!(7),
                json!(9_000_000_000_i64),
                json!(9_000_000_005_i64),
            ],
            true,
        ),
        ("ratio", vec![json!(0.5), json!(-0.5), json!(0.75), json!(-0.75)], true),
        ("short", vec![long(8), long(0)], true),
        (
            "tags",
            vec![
                json!([]),
                json!(["a", "b", "c", "d", "e"]),
                json!(["a", "b", "c", "d", "e", "f"]),
                json!(["a", "a"]),
            ],
            false,
        ),
        ("fixed", vec![json!("y"), json!("x ")], true),
        ("always", vec![json!(false), Value::Null], true),
        ("note", vec![long(50), long(51), long(101), Value::Null], true),
    ]
}

#[tokio::test]
async fn the_database_refuses_what_the_validators_do() {
    let db = Ominipg::connect(ConnectOptions::new(":memory:").schema(&SCHEMA).create_tables(true)).await;
    let db = db.expect("the tables are created");
    db.batch_execute("INSERT INTO tenants VALUES ('a', 'any')").await.expect("nothing is checked here");
    db.execute(INSERT, &[&item()]).await.expect("it breaks no rule");
    db.execute("DELETE FROM items", &[]).await.expect("they are deleted");
    for (column, values, whole) in cases() {
        for value in values {
            let mut document = item();
            document[column] = value.clone();
            let by_database = db.execute(INSERT, &[&document]).await;
            db.execute("DELETE FROM items", &[]).await.expect("they are deleted");
            let new: NewItem = from_value(document).expect("it has the types");
            let by_validator = items::create(new).run(&db).await;
            db.execute("DELETE FROM items", &[]).await.expect("they are deleted");
            let invalid = matches!(&by_validator, Err(error) if error.kind() == ErrorKind::Invalid);
            assert!(invalid || by_validator.is_ok(), "{column} {value}: {by_validator:?}");
            if let Err(error) = &by_database {
                assert!(error.is_check_violation(), "{column} {value}: {error}");
                assert!(invalid, "{column} {value}: only the database refuses it: {error}");
            }
            assert!(!whole || by_database.is_err() == invalid, "{column} {value}: {by_database:?}");
        }
    }
}

#[tokio::test]
async fn comments_are_kept_and_written_once() {
    let options = || ConnectOptions::new(":memory:").schema(&SCHEMA).create_tables(true);
    let db = Ominipg::connect(options()).await.expect("the tables are created");
    let comment =
        "SELECT obj_description('items'::regclass, 'pg_class'), col_description('items'::regclass, 4)";
    let row = db.query_one(comment, &[]).await.expect("a query");
    assert_eq!(row.get::<_, String>(0), "Item\n\nWhat is sold, 'as is'.");
    assert_eq!(row.get::<_, String>(1), "How it is called.");
    let written =
        "SELECT max(xmin::text::int8) FROM pg_catalog.pg_description WHERE objoid = 'items'::regclass";
    let before: i64 = db.query_one(written, &[]).await.expect("a query").get(0);
    for statement in SCHEMA.ddl {
        db.batch_execute(statement).await.expect("it may be run again");
    }
    assert_eq!(db.query_one(written, &[]).await.expect("a query").get::<_, i64>(0), before);
}

/// What Citus has, so far as the statements ask for it: its functions note what they are called with.
const CITUS: &str = "\
CREATE TABLE calls (number int4 GENERATED ALWAYS AS IDENTITY, call text);
CREATE TABLE pg_dist_partition (logicalrelid regclass);
CREATE FUNCTION create_distributed_table(name regclass, by text) RETURNS void LANGUAGE sql AS
  $$ INSERT INTO calls (call) VALUES (name::text || ' by ' || by); INSERT INTO pg_dist_partition VALUES (name) $$;
CREATE FUNCTION create_reference_table(name regclass) RETURNS void LANGUAGE sql AS
  $$ INSERT INTO calls (call) VALUES (name::text || ' everywhere'); INSERT INTO pg_dist_partition VALUES (name) $$;
SET allow_system_table_mods = on;
INSERT INTO pg_catalog.pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
  VALUES (99999, 'citus', 10, 2200, false, '1');";

#[tokio::test]
async fn where_there_is_citus_tables_are_spread_once() {
    let db = Ominipg::connect(":memory:").await.expect("it opens");
    db.batch_execute(CITUS).await.expect("it looks like Citus");
    for _ in 0..2 {
        for statement in SCHEMA.ddl {
            db.batch_execute(statement).await.expect("it runs");
        }
    }
    let rows = db.query("SELECT call FROM calls ORDER BY number", &[]).await.expect("a query");
    let calls: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(calls, ["tenants everywhere", "items by tenant"]);
}
