//! Schemas of any number, for measurements.

mod peers;

use std::path::{Path, PathBuf};
use std::{env, fs, io, process};

use serde_json::{Map, Value, json};

pub use self::peers::Peer;

/// A folder that is deleted at the end.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// An empty folder of this process.
    pub fn new(name: &str) -> io::Result<Self> {
        let path = env::temp_dir().join(format!("ominipg-bench-{}-{name}", process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left in the folder for temporary files hurts nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Writes the schemas of many tables of 20 columns each: every type, some rules, an enum, a JSON column in each tenth table, and a
/// reference to the table before.
pub fn schemas(folder: &Path, tables: usize) -> io::Result<()> {
    for table in 0..tables {
        let file = folder.join(format!("table_{table:04}.json"));
        fs::write(file, format!("{:#}", schema(table)))?;
    }
    Ok(())
}

fn schema(table: usize) -> Value {
    let mut properties = Map::new();
    let mut add = |name: &str, schema: Value| properties.insert(name.to_owned(), schema);
    add("id", json!({ "type": "string", "format": "uuid", "readOnly": true }));
    if let Some(before) = table.checked_sub(1) {
        add("previousId", json!({ "$ref": format!("table_{before:04}.json#/properties/id") }));
    } else {
        add("first", json!({ "type": "boolean", "default": true }));
    }
    add(
        "name",
        json!({ "type": "string", "minLength": 1, "maxLength": 80, "description": "What it is called." }),
    );
    add("email", json!({ "type": "string", "format": "email" }));
    add("state", json!({ "enum": ["new", "open", "closed"], "default": "new" }));
    add("tags", json!({ "type": "array", "items": { "type": "string" }, "default": [] }));
    if table.is_multiple_of(10) {
        let place = json!({ "city": { "type": "string" }, "country": { "type": "string" } });
        add("place", json!({ "type": "object", "required": ["city"], "properties": place }));
    } else {
        add("place", json!({ "type": "string" }));
    }
    add("price", json!({ "type": "string", "format": "decimal" }));
    add("from", json!({ "type": "string", "format": "date" }));
    add("seen", json!({ "type": "string", "format": "date-time" }));
    for column in 0..10 {
        let types = [
            json!({ "type": "integer" }),
            json!({ "type": "number" }),
            json!({ "type": "string" }),
            json!({ "type": "boolean" }),
            json!({ "type": "integer", "format": "int32", "minimum": 0 }),
        ];
        add(&format!("value{column}"), types[column % types.len()].clone());
    }
    json!({
        "type": "object",
        "required": ["name", "email", "value0", "value1", "value2", "value3", "value4"],
        "properties": properties,
        "x-ominipg": { "unique": ["email"] },
    })
}
