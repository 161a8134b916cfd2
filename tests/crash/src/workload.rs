//! What is written: numbered transactions, each of which says by its number alone what it must have written.

/// The tables: rows by number, and one row that every transaction changes.
pub(crate) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS ledger (
        id bigint PRIMARY KEY, transaction bigint NOT NULL, part int NOT NULL, filler text NOT NULL
    );
    CREATE INDEX IF NOT EXISTS ledger_transaction ON ledger (transaction, part);
    CREATE TABLE IF NOT EXISTS total (one bool PRIMARY KEY, transactions bigint NOT NULL, rows bigint NOT NULL);
    INSERT INTO total VALUES (true, 0, 0) ON CONFLICT DO NOTHING;
    CREATE OR REPLACE FUNCTION parts(transaction bigint) RETURNS int IMMUTABLE LANGUAGE sql
        AS 'SELECT CASE WHEN $1 % 3 = 0 THEN 2 + ($1 % 17)::int ELSE 1 END';
    CREATE OR REPLACE FUNCTION filler(transaction bigint, part int) RETURNS text IMMUTABLE LANGUAGE sql
        AS 'SELECT repeat(md5($1::text || ''/'' || $2::text), 1 + ($1 % 29)::int)';
";

/// The rows of transaction `$1`, their parts from `$2` to `$3`.
pub(crate) const INSERT: &str = "
    INSERT INTO ledger
    SELECT $1::bigint * 1000 + part, $1::bigint, part, filler($1::bigint, part) FROM generate_series($2::int, $3::int) part";

/// Counts transaction `$1` in.
pub(crate) const COUNT: &str = "UPDATE total SET transactions = $1::bigint, rows = rows + parts($1::bigint) WHERE transactions = $1::bigint - 1";

/// The last transaction that is there.
pub(crate) const LAST: &str = "SELECT coalesce(max(transaction), 0) FROM ledger";

/// How many rows transaction `number` writes; the same as the SQL function `parts`.
pub(crate) fn parts(number: i64) -> i32 {
    if number % 3 == 0 { 2 + (number % 17) as i32 } else { 1 }
}

/// Whether transaction `number` is one of many in a row between which nothing waits for the disk.
pub(crate) fn is_calm(number: i64) -> bool {
    number / 128 % 2 == 1
}

/// Whether transaction `number` makes the table `latest` anew.
pub(crate) fn makes_latest(number: i64) -> bool {
    number % 11 == 0 && !is_calm(number)
}

/// What else moves files about after transaction `number`.
pub(crate) fn housekeeping(number: i64) -> Option<&'static str> {
    match number % 97 {
        _ if is_calm(number) => None,
        31 => Some("VACUUM ledger, total"),
        61 => Some("CHECKPOINT"),
        91 => Some("REINDEX TABLE ledger"),
        _ => None,
    }
}
