//! The SQL that a server's sync tables are made with.

use crate::sql::Sql;

/// What is there once, whatever the tables are.
pub(crate) const BASE: &str = include_str!("schema.sql");

/// How many triggers stamp the writes of others.
pub(super) const TRIGGERS: i64 = 4;

/// What a table has for sync beside it: when each row was last written, and triggers that keep it so.
pub(super) fn table(name: &str, qualified: &str, key: &[String]) -> String {
    let (mut columns, mut arguments) = (Sql::default(), Sql::default());
    for (at, column) in key.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        columns.push(comma).name(column);
        arguments.push(comma).text(column);
    }
    let (columns, arguments) = (columns.text, arguments.text);
    let mut rows = Sql::default();
    rows.push("ominipg_rows.").name(name);
    let rows = rows.text;
    let mut sql = Sql::default();
    sql.push("CREATE TABLE IF NOT EXISTS ").push(&rows);
    sql.push(" AS SELECT ").push(&columns);
    sql.push(
        ", 0::int8 AS ominipg_time, 0::int8 AS ominipg_replica, true AS ominipg_live, NULL::jsonb AS ominipg_columns FROM ",
    );
    sql.push(qualified).push(" WITH NO DATA;\n");
    sql.push("DO $ominipg$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_index WHERE indisprimary AND indrelid = ");
    sql.text(&rows).push("::regclass) THEN ALTER TABLE ").push(&rows);
    sql.push(" ADD PRIMARY KEY (").push(&columns).push("); END IF; END $ominipg$;\n");
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
