//! Values of every type arrive as they were, bit for bit, whatever the settings of either side.
//!
//! ```sh
//! OMINIPG_SYNC_ROWS=100000 cargo test --release --test sync every_value
//! ```

use bytes::{Bytes, BytesMut};
use ominipg::{Ominipg, SyncTable};

use crate::place::{Place, rows};

const TYPES: &str = "
CREATE TYPE mood AS ENUM ('sad', 'so so', 'glad');
CREATE DOMAIN percent AS numeric CHECK (VALUE BETWEEN 0 AND 100);
CREATE TYPE place AS (name text, at point, mood mood, codes int4[]);
CREATE TYPE span AS RANGE (subtype = float8);
";

/// Each column: its type, and values of it by the row's number `n`.
const COLUMNS: &[(&str, &str)] = &[
    ("bool", "n % 2 = 0"),
    ("int2", "(random() * 65535 - 32768)::int2"),
    ("int4", "(CASE n % 50 WHEN 0 THEN 2147483647 WHEN 1 THEN -2147483648 ELSE random() * 1e9 END)::int4"),
    (
        "int8",
        "CASE n % 50 WHEN 0 THEN 9223372036854775807 WHEN 1 THEN -9223372036854775808 ELSE (random() * 9e18)::int8 END",
    ),
    (
        "float4",
        "CASE n % 10 WHEN 0 THEN 'NaN' WHEN 1 THEN '-Infinity' WHEN 2 THEN '-0' WHEN 3 THEN '1e-45' ELSE random() * 1e38 END::float4",
    ),
    (
        "float8",
        "CASE n % 10 WHEN 0 THEN 'NaN' WHEN 1 THEN 'Infinity' WHEN 2 THEN '-0' WHEN 3 THEN '5e-324' WHEN 4 THEN '0.30000000000000004' ELSE random() * 1e300 END::float8",
    ),
    (
        "numeric",
        "CASE n % 10 WHEN 0 THEN 'NaN' WHEN 1 THEN 'Infinity' WHEN 2 THEN '1e1000' WHEN 3 THEN '0.00000000000000000000000000000000000001' ELSE (random() * 1e15)::numeric * 1.23456789 END::numeric",
    ),
    ("numeric(12,3)", "(random() * 1e8)::numeric(12,3)"),
    ("money", "((random() * 1e6)::numeric(12,2) - 5e5)::money"),
    (
        "text",
        "CASE n % 7 WHEN 0 THEN '' WHEN 1 THEN E'\\\\N' WHEN 2 THEN E'a\\tb\\r\\n\"c\\\\' WHEN 3 THEN '日本語 👋 ñ' WHEN 4 THEN repeat('long ', 2000) ELSE md5(n::text) END",
    ),
    ("varchar(40)", "md5(n::text)"),
    ("char(8)", "left(md5(n::text), n % 9)"),
    ("\"char\"", "chr(33 + n % 90)::\"char\""),
    ("name", "left('name_' || n, 60)::name"),
    ("bytea", "decode(md5(n::text) || '00ff5c', 'hex')"),
    ("uuid", "md5(n::text)::uuid"),
    (
        "date",
        "CASE n % 9 WHEN 0 THEN 'infinity' WHEN 1 THEN '0044-03-15 BC' WHEN 2 THEN '-infinity' ELSE (date '2000-01-01' + n % 100000)::text END::date",
    ),
    ("time", "make_time(n % 24, n % 60, (n % 60) + 0.123456)"),
    (
        "timetz",
        "(make_time(n % 24, n % 60, 1.5)::text || CASE WHEN n % 2 = 0 THEN '+05:30' ELSE '-11' END)::timetz",
    ),
    (
        "timestamp",
        "CASE n % 9 WHEN 0 THEN 'infinity' WHEN 1 THEN '4713-01-01 BC' ELSE (timestamp '2024-02-03' + n * interval '1.000001 hours')::text END::timestamp",
    ),
    (
        "timestamptz",
        "CASE n % 9 WHEN 0 THEN '-infinity' WHEN 1 THEN '294276-12-31 23:59:59+00' ELSE (timestamptz '2024-02-03 04:05:06+00' + n * interval '1 hour')::text END::timestamptz",
    ),
    ("interval", "make_interval(years => n % 3 - 1, months => n % 5 - 2, days => n % 40, secs => n * 0.001)"),
    (
        "inet",
        "CASE n % 2 WHEN 0 THEN ('10.' || n % 256 || '.3.4/16')::inet ELSE ('2001:db8::' || to_hex(n % 65536))::inet END",
    ),
    ("cidr", "CASE n % 2 WHEN 0 THEN ('10.' || n % 256 || '.0.0/16')::cidr ELSE '2001:db8::/32'::cidr END"),
    ("macaddr", "left(md5(n::text), 12)::macaddr"),
    ("macaddr8", "left(md5(n::text), 16)::macaddr8"),
    ("bit(7)", "(n % 128)::bit(7)"),
    ("varbit", "((n % 1024)::bit(10))::varbit"),
    ("point", "point(random(), -random())"),
    ("line", "line(point(0, n), point(1, n + 1))"),
    ("lseg", "lseg(point(0, n), point(1, random()))"),
    ("box", "box(point(0, n), point(1, random()))"),
    ("path", "CASE n % 2 WHEN 0 THEN '((0,0),(1,1),(2,0))' ELSE '[(0,0),(1,1)]' END::path"),
    ("polygon", "'((0,0),(1,1),(2,0))'::polygon"),
    ("circle", "circle(point(n, 0), random())"),
    (
        "json",
        "CASE n % 3 WHEN 0 THEN 'null' WHEN 1 THEN '{\"a\":1,  \"a\":1.0e2, \"b\" : [ ] }' ELSE to_json(md5(n::text))::text END::json",
    ),
    (
        "jsonb",
        "CASE n % 3 WHEN 0 THEN 'null'::jsonb WHEN 1 THEN jsonb_build_object('n', n, 'big', 12345678901234567890.123) ELSE '[1e400, \"\\u0001\"]' END",
    ),
    ("jsonpath", "'$.a[*] ? (@ > 2)'::jsonpath"),
    ("tsvector", "to_tsvector('simple', 'the quick fox ' || n)"),
    ("tsquery", "to_tsquery('simple', 'quick & !dog' || n)"),
    (
        "int4range",
        "CASE n % 4 WHEN 0 THEN 'empty'::int4range WHEN 1 THEN int4range(NULL, n) ELSE int4range(n, n + 5, '[]') END",
    ),
    ("numrange", "numrange(n, n + 0.5, '(]')"),
    ("tstzrange", "tstzrange('2024-01-01+00', 'infinity')"),
    ("daterange", "daterange('0044-03-15 BC', date '2024-01-01' + n % 9)"),
    ("int8multirange", "int8multirange(int8range(1, 3), int8range(n + 5, n + 9))"),
    (
        "text[]",
        "CASE n % 3 WHEN 0 THEN '{}'::text[] WHEN 1 THEN ARRAY['a', NULL, 'NULL', '{\"x\"}'] ELSE ARRAY[n::text] END",
    ),
    ("int4[]", "CASE n % 2 WHEN 0 THEN '[-2:0]={1,2,3}'::int4[] ELSE '{{1,2},{3,NULL}}' END"),
    ("numeric[]", "ARRAY['NaN'::numeric, n / 7.0]"),
    ("timestamptz[]", "ARRAY[timestamptz '2024-02-03 04:05:06+00']"),
    ("jsonb[]", "ARRAY['{\"a\": 1}'::jsonb, 'null']"),
    ("oid", "n::oid"),
    ("pg_lsn", "'16/B374D848'::pg_lsn"),
    ("mood", "(enum_range(NULL::mood))[1 + n % 3]"),
    ("mood[]", "ARRAY['sad', NULL, 'so so']::mood[]"),
    ("percent", "(n % 100)::percent"),
    ("place", "ROW('here ' || n, point(n, 1), 'glad', ARRAY[n, NULL])::place"),
    ("place[]", "ARRAY[ROW('a', point(1, 2), 'sad', '{}')::place, NULL]"),
    ("span", "span(random(), 1.5)"),
    ("span[]", "ARRAY[span(0, n), 'empty']"),
    ("spanmultirange", "spanmultirange(span(0, 1), span(2, n + 3))"),
];

fn table() -> String {
    let columns: Vec<String> = COLUMNS
        .iter()
        .enumerate()
        .map(|(at, (ty, _))| format!("c{at} {}", ty.replace("spanmultirange", "span_multirange")))
        .collect();
    let types = TYPES.replace("subtype = float8", "subtype = float8, multirange_type_name = span_multirange");
    format!("{types} CREATE TABLE probe_types (id int4 PRIMARY KEY, {})", columns.join(", "))
}

fn fill(from: usize, to: usize) -> String {
    let values: Vec<String> = COLUMNS
        .iter()
        .map(|(_, value)| {
            format!(
                "CASE WHEN n % 11 = 10 THEN NULL ELSE {} END",
                value.replace("spanmultirange(", "span_multirange(")
            )
        })
        .collect();
    format!("INSERT INTO probe_types SELECT n, {} FROM generate_series({from}, {to}) n", values.join(", "))
}

/// What `send()` gives of a column: types that hold numbers of the database's own are compared as text.
async fn sent(db: &Ominipg, at: usize) -> Bytes {
    let is_own = ["mood[]", "place", "place[]", "span[]"].contains(&COLUMNS[at].0);
    let what = if is_own { format!("c{at}::text") } else { format!("c{at}") };
    let sql = format!("COPY (SELECT id, {what} FROM probe_types ORDER BY id) TO STDOUT (FORMAT binary)");
    let mut copy = db.copy_out(&sql).await.unwrap();
    let mut all = BytesMut::new();
    while let Some(piece) = copy.next().await {
        all.extend_from_slice(&piece.unwrap());
    }
    all.freeze()
}

const STRANGE: &str = "SET DateStyle = 'German, DMY'; SET IntervalStyle = 'sql_standard'; SET extra_float_digits = -5; \
                       SET bytea_output = 'escape'; SET TimeZone = 'Asia/Kolkata'";

#[tokio::test(flavor = "multi_thread")]
async fn every_value_arrives_bit_for_bit() {
    let Some(place) = Place::new(&table()).await else { return };
    let count: usize = std::env::var("OMINIPG_SYNC_ROWS").map_or(300, |rows| rows.parse().unwrap());
    let name: String = place.server.query_one("SELECT current_database()", &[]).await.unwrap().get(0);
    for setting in [
        "DateStyle = 'SQL, DMY'",
        "IntervalStyle = 'iso_8601'",
        "extra_float_digits = 0",
        "bytea_output = 'escape'",
    ] {
        place.server.batch_execute(&format!("ALTER DATABASE {name} SET {setting}")).await.unwrap();
    }
    // The server's numbers of own types are others than those here.
    let shift = "CREATE TYPE shift AS ENUM ('a'); CREATE TABLE shifted (a shift[])";
    let db = place.replica(&format!("{shift}; {}", table()), &[SyncTable::new("probe_types")]).await;
    for from in (1..=count).step_by(2000) {
        db.batch_execute(&fill(from, (from + 1999).min(count))).await.unwrap();
    }
    db.batch_execute(STRANGE).await.unwrap();
    // Most go by COPY; these go as parameters, and as updates.
    let report = db.sync().await.unwrap();
    assert_eq!((report.pushed, report.parked), (count as u64, 0), "{:?}", db.parked_changes().await.unwrap());
    db.batch_execute(&fill(count + 1, count + 20)).await.unwrap();
    db.sync().await.unwrap();
    db.batch_execute("UPDATE probe_types SET c0 = NOT c0 WHERE id % 100 = 1").await.unwrap();
    assert_eq!(db.sync().await.unwrap().parked, 0);
    db.batch_execute("RESET ALL").await.unwrap();
    assert_eq!(rows(&db, "SELECT count(*) FROM probe_types").await, [format!("({})", count + 20)]);
    let pinned = "options=-c%20DateStyle%3DISO%20-c%20IntervalStyle%3Dpostgres%20-c%20extra_float_digits%3D1";
    let url = format!("{}{}{pinned}", place.url, if place.url.contains('?') { '&' } else { '?' });
    let plain = Ominipg::connect(url.as_str()).await.unwrap();
    for (at, (ty, _)) in COLUMNS.iter().enumerate() {
        let (here, there) = (sent(&db, at).await, sent(&plain, at).await);
        assert!(here.len() > count, "values of {ty}");
        assert_eq!(here, there, "{ty}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn identity_and_generated_columns_arrive() {
    let tables = "CREATE TABLE sums (id int4 GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int4, twice int4 GENERATED ALWAYS AS (a * 2) STORED, \
                  \"order\" int4 GENERATED ALWAYS AS IDENTITY, \"Weird \"\"name\" text DEFAULT 'd')";
    let Some(place) = Place::new(tables).await else { return };
    let db = place.replica(tables, &[SyncTable::new("sums")]).await;
    db.batch_execute(
        "INSERT INTO sums (a) SELECT n FROM generate_series(1, 100) n; UPDATE sums SET a = a + 1",
    )
    .await
    .unwrap();
    assert_eq!(db.sync().await.unwrap().parked, 0);
    db.batch_execute("UPDATE sums SET a = 0, \"Weird \"\"name\" = '\"' WHERE id = 3").await.unwrap();
    assert_eq!(db.sync().await.unwrap().parked, 0);
    let all = "SELECT * FROM sums ORDER BY id";
    assert_eq!(place.rows(all).await, rows(&db, all).await);
}
