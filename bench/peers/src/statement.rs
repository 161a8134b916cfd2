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

const PERSON: &[Type] = &[Type::INT8, Type::TEXT, Type::INT4, Type::TEXT];

/// A hundred people, in order, from a key on.
pub static HUNDRED: Statement = Statement {
    name: "hundred",
    sql: r#"SELECT t."id", t."name", t."age", t."email" FROM "people" AS t WHERE t."id" >= $1 ORDER BY t."id" ASC LIMIT $2"#,
    params: &[Type::INT8, Type::INT8],
    columns: PERSON,
};

/// A change of one column, by the key; the row comes back.
pub static UPDATE: Statement = Statement {
    name: "update",
    sql: r#"UPDATE "people" AS t SET "age" = $1 WHERE t."id" = $2 RETURNING t."id", t."name", t."age", t."email""#,
    params: &[Type::INT4, Type::INT8],
    columns: PERSON,
};

/// All people.
pub static PEOPLE: Statement = Statement {
    name: "people",
    sql: r#"SELECT t."id", t."name", t."age", t."email" FROM "people" AS t"#,
    params: &[],
    columns: PERSON,
};

/// What some people wrote.
pub static NOTES: Statement = Statement {
    name: "notes",
    sql: r#"SELECT t."id", t."personId", t."body" FROM "notes" AS t WHERE t."personId" = ANY($1)"#,
    params: &[Type::INT8_ARRAY],
    columns: &[Type::INT8, Type::INT8, Type::TEXT],
};

/// Takes all rows away.
pub const EMPTY: &str = r#"TRUNCATE "planes""#;

/// Takes all flights away.
pub const NO_FLIGHTS: &str = "TRUNCATE flights";

/// Leaves the flights their key alone.
pub const NO_INDEXES: &str = "DROP INDEX IF EXISTS flights_tailnum_idx, flights_dest_idx";

/// What is read: a table of 200,000 rows, and 1,000 people with ten notes each.
pub const FILL: &str = "CREATE TABLE measured AS SELECT n AS id, n % 1000 AS kind, \
     ((n::int8 * 7919) % 200000)::int4 AS other, (n % 977)::float8 AS amount FROM generate_series(0, 199999) n; \
     INSERT INTO people SELECT n, 'Person ' || n, n % 90, 'person' || n || '@example.com' \
     FROM generate_series(0, 999) n; \
     INSERT INTO notes SELECT n, n % 1000, 'Note ' || n FROM generate_series(0, 9999) n; \
     ANALYZE measured, people, notes";

/// Sums of its groups.
pub static AGGREGATE: Statement = Statement {
    name: "aggregate",
    sql: "SELECT (sum(a) + sum(b) + count(c))::int8 FROM \
          (SELECT kind, sum(id) AS a, count(*) AS b, max(amount) AS c FROM measured GROUP BY kind) g",
    params: &[],
    columns: &[Type::INT8],
};

/// What [`AGGREGATE`] gives.
pub const AGGREGATED: i64 = 20_000_101_000;

/// The table and itself.
pub static JOIN: Statement = Statement {
    name: "join",
    sql: "SELECT sum(a.kind + b.kind)::int8 FROM measured a JOIN measured b ON a.other = b.id",
    params: &[],
    columns: &[Type::INT8],
};

/// What [`JOIN`] gives.
pub const JOINED: i64 = 199_800_000;

/// How many flights there are.
pub static FLIGHTS: Statement =
    Statement { name: "flights", sql: "SELECT count(*) FROM flights", params: &[], columns: &[Type::INT8] };

/// How many of the tables there are.
pub static TABLES: Statement = Statement {
    name: "tables",
    sql: "SELECT count(*) FROM pg_tables WHERE tablename = 'planes'",
    params: &[],
    columns: &[Type::INT8],
};
