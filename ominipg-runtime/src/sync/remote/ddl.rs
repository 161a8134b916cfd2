//! The SQL that a server's sync tables are made with.

use crate::sql::Sql;

/// What is there once, whatever the tables are.
pub(crate) const BASE: &str = include_str!("schema.sql");

/// How many triggers stamp the writes of others.
pub(super) const TRIGGERS: i64 = 4;

/// What a table has for sync beside it: when each row was last written, and triggers that keep it so.
pub(super) fn table(name: &str, qualified: &str, key: &[String]) -> String {
    let mut arguments = Sql::default();
    for (at, column) in key.iter().enumerate() {
        arguments.push(if at == 0 { "" } else { ", " }).text(column);
    }
    let arguments = arguments.text;
    let mut sql = Sql::default();
    sql.push("SELECT ominipg.mark(").text(qualified).push(", ").text(name);
    sql.push(&format!(", ARRAY[{arguments}]);\n"));
    let triggers = [
        ("insert", "AFTER INSERT", "REFERENCING NEW TABLE AS new_rows"),
        ("update", "AFTER UPDATE", "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ("delete", "AFTER DELETE", "REFERENCING OLD TABLE AS old_rows"),
        ("truncate", "BEFORE TRUNCATE", ""),
    ];
    for (trigger, event, rows) in triggers {
        sql.push(&format!(
            "CREATE OR REPLACE TRIGGER ominipg_stamp_{trigger} {event} ON {qualified} {rows} FOR EACH STATEMENT EXECUTE \
             FUNCTION ominipg.stamp({arguments});\n"
        ));
    }
    sql.text
}
