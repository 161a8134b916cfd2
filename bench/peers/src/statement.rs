//! The statements that ominipg makes for this work, for those who take SQL.

use tokio_postgres::types::Type;

/// A statement that is prepared once.
pub struct Statement {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its text.
    pub sql: &'static str,
    /// The types of its parameters.
    pub params: &'static [Type],
    /// The types of its columns.
    pub columns: &'static [Type],
}

const COLUMNS: &[Type] = &[
    Type::TEXT,
    Type::INT2,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::INT2,
    Type::INT2,
    Type::INT2,
    Type::TEXT,
];

const ARRAYS: &[Type] = &[
    Type::TEXT_ARRAY,
    Type::INT2_ARRAY,
    Type::TEXT_ARRAY,
    Type::TEXT_ARRAY,
    Type::TEXT_ARRAY,
    Type::INT2_ARRAY,
    Type::INT2_ARRAY,
    Type::INT2_ARRAY,
    Type::TEXT_ARRAY,
];

/// The smallest question.
pub static SELECT_ONE: Statement =
    Statement { name: "select_one", sql: "SELECT 1", params: &[], columns: &[Type::INT4] };

/// The insert of a row, which comes back as the database has it.
pub static INSERT: Statement = Statement {
    name: "insert",
    sql: r#"INSERT INTO "planes" AS t ("tailnum", "year", "type", "manufacturer", "model", "engines", "seats", "speed", "engine") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING t."tailnum", t."year", t."type", t."manufacturer", t."model", t."engines", t."seats", t."speed", t."engine""#,
    params: COLUMNS,
    columns: COLUMNS,
};

/// The insert of many rows.
pub static INSERT_MANY: Statement = Statement {
    name: "insert_many",
    sql: r#"INSERT INTO "planes" AS t ("tailnum", "year", "type", "manufacturer", "model", "engines", "seats", "speed", "engine") SELECT u.c0, u.c1, u.c2, u.c3, u.c4, u.c5, u.c6, u.c7, u.c8 FROM unnest($1::text[], $2::int2[], $3::text[], $4::text[], $5::text[], $6::int2[], $7::int2[], $8::int2[], $9::text[]) AS u(c0, c1, c2, c3, c4, c5, c6, c7, c8)"#,
    params: ARRAYS,
    columns: &[],
};

/// The row with a key.
pub static BY_KEY: Statement = Statement {
    name: "by_key",
    sql: r#"SELECT t."tailnum", t."year", t."type", t."manufacturer", t."model", t."engines", t."seats", t."speed", t."engine" FROM "planes" AS t WHERE t."tailnum" = $1"#,
    params: &[Type::TEXT],
    columns: COLUMNS,
};

/// All rows.
pub static ALL: Statement = Statement {
    name: "all",
    sql: r#"SELECT t."tailnum", t."year", t."type", t."manufacturer", t."model", t."engines", t."seats", t."speed", t."engine" FROM "planes" AS t"#,
    params: &[],
    columns: COLUMNS,
};

/// Takes all rows away.
pub const EMPTY: &str = r#"TRUNCATE "planes""#;
