//! Schemas that are made of a database: those of our own come back, and what of others no schema says is told.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use ominipg_codegen::{Build, Inspected, inspect};
use ominipg_runtime::{Catalog, Ominipg};
use ominipg_test_support::database;

/// A folder that goes with its test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("ominipg-inspect-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder is made");
        Self(path)
    }

    fn write(&self, found: &Inspected) {
        for (name, text) in &found.files {
            fs::write(self.0.join(name), text).expect("a file is written");
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The catalog of what schemas make.
async fn created(schemas: &Path) -> Catalog {
    let output = Build::new(schemas).generate();
    let output = output.unwrap_or_else(|error| panic!("{}\n{error}", schemas.display()));
    let db = Ominipg::connect(":memory:").await.expect("it opens");
    for statement in output.ddl() {
        db.batch_execute(statement).await.unwrap_or_else(|error| panic!("{error}\n{statement}"));
    }
    let mut catalog = db.catalog().await.expect("the catalog answers");
    // The name of such an index has a number that stands for the condition as the schema has it, and PostgreSQL prints another.
    for index in catalog.tables.iter_mut().flat_map(|table| &mut table.indexes) {
        if index.filter.is_some() {
            index.definition = index.definition.replace(&index.name, "");
            index.name.clear();
        }
    }
    catalog
}

fn golden() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("tests/golden");
    let mut all: Vec<PathBuf> =
        fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("an entry").path()).collect();
    all.sort();
    let schemas = |case: PathBuf| {
        let own = case.join("schemas");
        let shared = || root.join("../schemas").join(case.file_name().expect("it has a name"));
        if own.exists() { own } else { shared() }
    };
    all.into_iter().map(schemas).collect()
}

#[tokio::test]
async fn what_schemas_make_comes_back() {
    for schemas in golden() {
        let name = schemas.display();
        let first = created(&schemas).await;
        let found = inspect(&first);
        let folder = Folder::new("golden");
        folder.write(&found);
        let second = created(&folder.0).await;
        assert_eq!(second, first, "{name}: {:#?}", found.files);
        assert_eq!(inspect(&second), found, "{name}");
        let told: Vec<&String> =
            found.notes.iter().filter(|note| !note.contains("addresses of both kinds")).collect();
        assert!(told.is_empty(), "{name}: {told:?}");
    }
}

const FOREIGN: &str = r#"
CREATE TYPE mood AS ENUM ('sad', 'it''s ok');
CREATE TYPE "order status" AS ENUM ('new', 'paid');
CREATE TYPE unused AS ENUM ('x');
CREATE FUNCTION made() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()';
CREATE DOMAIN positive AS int4 CHECK (VALUE > 0);
CREATE TABLE people (
  id serial PRIMARY KEY,
  name character varying(80) NOT NULL CONSTRAINT has_name CHECK (length(name) > 1 AND length(name) < 81),
  code char(3),
  mood mood DEFAULT 'sad',
  moods mood[],
  state "order status" NOT NULL DEFAULT 'new',
  network cidr,
  born timestamp,
  span int4range,
  spent money NOT NULL DEFAULT 0,
  count positive CHECK (count > 5),
  price numeric(10,2) CHECK (price >= 0),
  role varchar(10) NOT NULL DEFAULT 'a' CHECK (role IN ('a', 'b')),
  made uuid DEFAULT public.made(),
  tags text[] NOT NULL DEFAULT '{}',
  scores numeric(5,2)[],
  age int2 CHECK (age >= 0 AND age < 150),
  upper_name text GENERATED ALWAYS AS (upper(name)) STORED,
  size int4 CHECK (size % 2 = 0 OR size = 1),
  extra jsonb DEFAULT '{}',
  at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT sized CHECK (size IS NULL OR age IS NOT NULL)
);
COMMENT ON TABLE people IS 'Who they are';
COMMENT ON COLUMN people.name IS 'How they are called';
CREATE UNIQUE INDEX people_code ON people (code);
CREATE UNIQUE INDEX people_lower ON people (lower(name));
CREATE INDEX people_tags ON people USING gin (tags);
CREATE TABLE "Odd table" (a int4, b text, owner int4 REFERENCES people (id) ON DELETE SET NULL ON UPDATE CASCADE, PRIMARY KEY (a, b));
CREATE TABLE parts (id int8 PRIMARY KEY, a int4, b text, FOREIGN KEY (a, b) REFERENCES "Odd table" (a, b));
CREATE TABLE log (line text);
CREATE VIEW adults AS SELECT * FROM people WHERE age >= 18;
"#;

#[tokio::test]
async fn what_no_schema_says_is_told_by_name() {
    let url = database().await;
    let db = Ominipg::connect(url.as_str()).await.expect("it opens");
    db.batch_execute(FOREIGN).await.expect("the tables are made");
    db.close().await.expect("it closes");
    let folder = Folder::new("foreign");
    let out = folder.0.join("schemas");
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ominipg-codegen"));
        command.args(["inspect", &url, "--out"]).arg(&out).output().expect("the program runs")
    };
    let done = run();
    let notes = String::from_utf8(done.stderr).expect("it is UTF-8");
    assert!(done.status.success(), "{notes}");
    for told in [
        "the view adults is left out",
        "no table has the enum unused",
        "the table log has no primary key",
        "people.id counts by a sequence",
        "people.moods is of the type mood[]",
        "people.network is of the type cidr",
        "people.born is of the type timestamp without time zone",
        "people.span is of the type int4range",
        "people.spent is of the type money",
        "people.count is of the type positive",
        "the check people_count_check has no keyword: CHECK (count::integer > 5)",
        "the check people_price_check has no keyword",
        "people.upper_name is computed by the database",
        "the check people_size_check has no keyword",
        "the constraint sized is not said",
        "the unique index people_code is a unique constraint",
        "the index people_lower is not said",
    ] {
        assert!(notes.contains(told), "{told}\n{notes}");
    }
    let people = fs::read_to_string(out.join("people.json")).expect("it is written");
    for said in [
        r#""minLength": 2,
      "maxLength": 80,
      "x-ominipg": { "type": "character varying(80)" }"#,
        r#""mood": { "enum": ["sad", "it's ok", null], "default": "sad", "x-ominipg": { "type": "mood" } }"#,
        r#""state": { "enum": ["new", "paid"], "default": "new", "x-ominipg": { "type": "order status" } }"#,
        r#""age": { "type": "integer", "format": "int16", "minimum": 0, "exclusiveMaximum": 150 }"#,
        r#""role": { "enum": ["a", "b"], "default": "a", "x-ominipg": { "type": "character varying(10)" } }"#,
        r#""price": { "type": "string", "format": "decimal", "x-ominipg": { "type": "numeric(10,2)" } }"#,
        r#""default": "made()""#,
        r#""code": { "type": "string", "x-ominipg": { "type": "character(3)" } }"#,
        r#""network": { "type": "string", "x-ominipg": { "type": "cidr" } }"#,
        r#""description": "Who they are""#,
    ] {
        assert!(people.contains(said), "{said}\n{people}");
    }
    let odd = fs::read_to_string(out.join("Odd_table.json")).expect("it is written");
    assert!(odd.contains(r#""table": "Odd table", "keys": ["a", "b"]"#), "{odd}");
    assert!(odd.contains(r#""onDelete": "setNull""#) && odd.contains(r#""onUpdate": "cascade""#), "{odd}");
    assert!(!run().status.success(), "nothing is written over");

    // What was told apart, the schemas make the same tables.
    let made = Build::new(&out).generate().expect("the schemas are right");
    let db = Ominipg::connect(":memory:").await.expect("it opens");
    let others = FOREIGN
        .lines()
        .filter(|line| line.starts_with("CREATE FUNCTION") || line.starts_with("CREATE DOMAIN"));
    db.batch_execute(&others.collect::<String>()).await.expect("what schemas do not make");
    for statement in made.ddl() {
        db.batch_execute(statement).await.unwrap_or_else(|error| panic!("{error}\n{statement}"));
    }
    let types = "SELECT string_agg(format_type(atttypid, atttypmod), ' ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = 'people'::regclass AND attnum > 0";
    let types: String = db.query_one(types, &[]).await.expect("a query").get(0);
    assert_eq!(
        types,
        "integer character varying(80) character(3) mood mood[] \"order status\" cidr timestamp without time zone int4range money positive \
         numeric(10,2) character varying(10) uuid text[] numeric(5,2)[] smallint integer jsonb timestamp with time zone"
    );
}
