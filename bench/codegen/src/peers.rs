//! The tables of [`schemas`](crate::schemas) as other crates have them, written as their users would: what is read, inserted and
//! updated, with serde's traits. There are no rules, enums and relations in them.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

/// A crate that a table's types can be written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// `diesel`, with its derives.
    Diesel,
    /// `sea-orm`, with its derives.
    SeaOrm,
}

/// The columns of a table, but for `place`: name, type of diesel, type of Rust, and whether it may be NULL.
const COLUMNS: [(&str, &str, &str, bool); 19] = [
    ("id", "Uuid", "uuid::Uuid", false),
    ("previous_id", "Uuid", "uuid::Uuid", true),
    ("name", "Text", "String", false),
    ("email", "Text", "String", false),
    ("state", "Text", "String", false),
    ("tags", "Array<Text>", "Vec<String>", false),
    ("price", "Numeric", "Decimal", true),
    ("from", "Date", "chrono::NaiveDate", true),
    ("seen", "Timestamptz", "chrono::DateTime<chrono::Utc>", true),
    ("value0", "BigInt", "i64", false),
    ("value1", "Double", "f64", false),
    ("value2", "Text", "String", false),
    ("value3", "Bool", "bool", false),
    ("value4", "Integer", "i32", false),
    ("value5", "BigInt", "i64", true),
    ("value6", "Double", "f64", true),
    ("value7", "Text", "String", true),
    ("value8", "Bool", "bool", true),
    ("value9", "Integer", "i32", true),
];

impl Peer {
    /// Writes a crate with so many tables to the folder, and returns how many lines of code it has.
    pub fn write_crate(self, folder: &Path, tables: usize) -> io::Result<usize> {
        fs::create_dir_all(folder.join("src"))?;
        let dependencies = match self {
            Self::Diesel => DIESEL,
            Self::SeaOrm => SEA_ORM,
        };
        let manifest = format!(
            "[package]\nname = \"measured\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}{COMMON}"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        let (mut root, mut lines) = (String::new(), 0);
        for table in 0..tables {
            let name = format!("table_{table:04}");
            let code = self.table(&name, table.is_multiple_of(10));
            lines += code.lines().count();
            fs::write(folder.join(format!("src/{name}.rs")), code)?;
            let _ = writeln!(root, "pub mod {name};");
        }
        fs::write(folder.join("src/lib.rs"), root)?;
        Ok(lines + tables)
    }

    fn table(self, name: &str, has_document: bool) -> String {
        let place = match has_document {
            true => ("place", "Jsonb", "serde_json::Value", true),
            false => ("place", "Text", "String", true),
        };
        let columns: Vec<_> = COLUMNS[..6].iter().chain([&place]).chain(&COLUMNS[6..]).copied().collect();
        match self {
            Self::Diesel => diesel(name, &columns),
            Self::SeaOrm => sea_orm(name, &columns),
        }
    }
}

const DIESEL: &str = r#"diesel = { version = "=2.3.14", default-features = false, features = ["32-column-tables", "postgres_backend", "uuid", "chrono", "numeric", "serde_json"] }
bigdecimal = { version = "0.4", features = ["serde"] }
"#;

const SEA_ORM: &str = r#"sea-orm = { version = "=2.0.4", default-features = false, features = ["macros", "with-uuid", "with-chrono", "with-json", "with-rust_decimal", "postgres-array"] }
rust_decimal = { version = "1.43", default-features = false, features = ["std", "serde"] }
"#;

const COMMON: &str = r#"chrono = { version = "0.4", default-features = false, features = ["serde"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
uuid = { version = "1", features = ["serde"] }
"#;

type Column<'a> = (&'a str, &'a str, &'a str, bool);

fn fields(columns: &[Column<'_>], ty: impl Fn(&str, bool) -> String) -> String {
    columns.iter().fold(String::new(), |mut out, (name, _, rust, nullable)| {
        let _ = writeln!(out, "    pub {name}: {},", ty(rust, *nullable));
        out
    })
}

fn nullable(rust: &str, nullable: bool) -> String {
    if nullable { format!("Option<{rust}>") } else { rust.to_owned() }
}

fn diesel(table: &str, columns: &[Column<'_>]) -> String {
    let sql = columns.iter().fold(String::new(), |mut out, (name, sql, _, nullable)| {
        let sql = if *nullable { format!("Nullable<{sql}>") } else { (*sql).to_owned() };
        let _ = writeln!(out, "        {name} -> {sql},");
        out
    });
    let row = fields(columns, nullable);
    let new = fields(&columns[1..], nullable);
    let patch = fields(&columns[1..], |rust, is_nullable| format!("Option<{}>", nullable(rust, is_nullable)));
    format!(
        "use bigdecimal::BigDecimal as Decimal;
use diesel::prelude::*;
use serde::{{Deserialize, Serialize}};

diesel::table! {{
    {table} (id) {{
{sql}    }}
}}

#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Identifiable, Serialize, Deserialize)]
#[diesel(table_name = {table})]
pub struct Row {{
{row}}}

#[derive(Clone, Debug, PartialEq, Insertable, Serialize, Deserialize)]
#[diesel(table_name = {table})]
pub struct New {{
{new}}}

#[derive(Clone, Debug, Default, PartialEq, AsChangeset, Serialize, Deserialize)]
#[diesel(table_name = {table})]
pub struct Patch {{
{patch}}}
"
    )
}

fn sea_orm(table: &str, columns: &[Column<'_>]) -> String {
    let row = fields(columns, nullable);
    format!(
        "use sea_orm::entity::prelude::*;
use serde::{{Deserialize, Serialize}};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = \"{table}\")]
pub struct Model {{
    #[sea_orm(primary_key, auto_increment = false)]
{row}}}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {{}}

impl ActiveModelBehavior for ActiveModel {{}}
"
    )
}
