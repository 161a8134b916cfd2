//! Extensions of an embedded database: each is created, and one thing that it is for is done with it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use ominipg::{ConnectOptions, Error, ErrorKind, Ominipg, embedded};

use crate::folder::Folder;

/// An extension, statements that prepare a question, the question, and its answer as text.
struct Case(&'static str, &'static [&'static str], &'static str, &'static str);

/// A thousand rows.
const ROWS: &str =
    "CREATE TABLE t AS SELECT n, n % 10 AS digit, 'row ' || n AS name FROM generate_series(1, 1000) n";
const NO_SCAN: &str = "SET enable_seqscan = off";

const CASES: &[Case] = &[
    Case(
        "amcheck",
        &[ROWS, "CREATE INDEX i ON t (n)"],
        "SELECT bt_index_check('i', true)::text || (SELECT count(*) FROM verify_heapam('t'))",
        "0",
    ),
    Case("auto_explain", &[], "SELECT current_setting('auto_explain.log_format')", "text"),
    Case(
        "bloom",
        &[ROWS, "CREATE INDEX ON t USING bloom (n, digit)", NO_SCAN],
        "SELECT name FROM t WHERE n = 42 AND digit = 2",
        "row 42",
    ),
    Case(
        "btree_gin",
        &[ROWS, "CREATE INDEX ON t USING gin (digit)", NO_SCAN],
        "SELECT count(*)::text FROM t WHERE digit = 7",
        "100",
    ),
    Case(
        "btree_gist",
        &["CREATE TABLE t (room int, span int4range, EXCLUDE USING gist (room WITH =, span WITH &&))"],
        "WITH new AS (INSERT INTO t VALUES (1, '[1,5)'), (2, '[1,5)'), (1, '[2,3)') ON CONFLICT DO NOTHING RETURNING 1)
         SELECT count(*)::text FROM new",
        "2",
    ),
    Case("citext", &[], "SELECT ('Ada'::citext = 'aDA')::text", "true"),
    Case("cube", &[], "SELECT cube_distance('(0,0)', '(3,4)')::text", "5"),
    Case("dict_int", &[], "SELECT ts_lexize('intdict', '12345678')::text", "{123456}"),
    Case(
        "dict_xsyn",
        &["ALTER TEXT SEARCH DICTIONARY xsyn (RULES = 'xsyn_sample', KEEPORIG = true)"],
        "SELECT ts_lexize('xsyn', 'supernova')::text",
        "{supernova,sn,sne,1987a}",
    ),
    Case(
        "earthdistance",
        &[],
        "SELECT round(earth_distance(ll_to_earth(0, 0), ll_to_earth(0, 180)) / 1000)::text",
        "20038",
    ),
    Case(
        "file_fdw",
        &[
            "COPY (SELECT generate_series(1, 4)) TO '/tmp/numbers.csv'",
            "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
            "CREATE FOREIGN TABLE numbers (n int) SERVER files OPTIONS (filename '/tmp/numbers.csv')",
        ],
        "SELECT sum(n)::text FROM numbers",
        "10",
    ),
    Case("fuzzystrmatch", &[], "SELECT levenshtein('kitten', 'sitting') || soundex('Robert')", "3R163"),
    Case("hstore", &[], "SELECT 'a=>1, b=>2'::hstore -> 'b'", "2"),
    Case("intarray", &[], "SELECT ('{1,2,3}'::int[] & '{2,3,4}'::int[])::text", "{2,3}"),
    Case("isn", &[], "SELECT isbn('978-0-393-04002-9')::text", "0-393-04002-X"),
    Case(
        "lo",
        &[
            "CREATE TABLE t (object lo)",
            "CREATE TRIGGER manage BEFORE UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION lo_manage(object)",
            "INSERT INTO t SELECT lo_from_bytea(0, 'bytes') FROM generate_series(1, 3)",
            "DELETE FROM t WHERE ctid = '(0,1)'",
        ],
        "SELECT count(*)::text FROM pg_largeobject_metadata",
        "2",
    ),
    Case(
        "ltree",
        &[
            "CREATE TABLE t (path ltree)",
            "INSERT INTO t VALUES ('top.science.astronomy'), ('top.arts')",
            "CREATE INDEX ON t USING gist (path)",
            NO_SCAN,
        ],
        "SELECT path::text FROM t WHERE path <@ 'top.science' AND path ~ '*.astro*'",
        "top.science.astronomy",
    ),
    Case("pageinspect", &[ROWS], "SELECT (count(*) > 100)::text FROM heap_page_items(get_raw_page('t', 0))", "true"),
    Case("pg_buffercache", &[ROWS], "SELECT (buffers_used > 0)::text FROM pg_buffercache_summary()", "true"),
    Case(
        "pg_freespacemap",
        &[ROWS, "DELETE FROM t WHERE n <= 50", "VACUUM t"],
        "SELECT (pg_freespace('t', 0) > 1000)::text",
        "true",
    ),
    Case("pg_hashids", &[], "SELECT id_encode(1001) || id_decode(id_encode(7, 'salt'), 'salt')::text", "jNl{7}"),
    Case(
        "pg_ivm",
        &[
            ROWS,
            "SELECT pgivm.create_immv('sums', 'SELECT digit, count(*) AS n FROM t GROUP BY digit')",
            "INSERT INTO t VALUES (1001, 7, 'one more')",
        ],
        "SELECT n::text FROM sums WHERE digit = 7",
        "101",
    ),
    Case(
        "pg_surgery",
        &[ROWS, "SELECT heap_force_kill('t'::regclass, ARRAY['(0,1)', '(0,2)']::tid[])"],
        "SELECT count(*)::text FROM t",
        "998",
    ),
    Case(
        "pg_textsearch",
        &[ROWS, "CREATE INDEX docs ON t USING bm25 (name) WITH (text_config = 'english')", NO_SCAN],
        "SELECT name FROM t ORDER BY name <@> to_bm25query('42', 'docs') LIMIT 1",
        "row 42",
    ),
    Case(
        "pg_trgm",
        &[ROWS, "CREATE INDEX i ON t USING gin (name gin_trgm_ops)", NO_SCAN],
        "SELECT count(*) || round(similarity('word', 'two words')::numeric, 4)::text FROM t WHERE name LIKE '%w 42%'",
        "110.3636",
    ),
    Case(
        "pg_uuidv7",
        &[],
        "SELECT uuid_v7_to_timestamptz(uuid_timestamptz_to_v7('2024-02-29 12:00Z'))::text",
        "2024-02-29 12:00:00+00",
    ),
    // A row is visible to all once its commit is written out, which the checkpoint does.
    Case(
        "pg_visibility",
        &[ROWS, "CHECKPOINT", "VACUUM (FREEZE) t"],
        "SELECT (all_frozen > 0)::text FROM pg_visibility_map_summary('t')",
        "true",
    ),
    Case(
        "pg_walinspect",
        &[
            ROWS,
            "CHECKPOINT",
            "CREATE TABLE mark AS SELECT pg_current_wal_insert_lsn() AS at",
            "SET synchronous_commit = on",
            "INSERT INTO t VALUES (0, 0, 'logged')",
        ],
        "SELECT count(*)::text FROM mark, pg_get_wal_records_info(at, pg_current_wal_lsn()) record
         JOIN pg_class ON oid = 't'::regclass
         WHERE record_type LIKE 'INSERT%' AND block_ref LIKE '%/' || relfilenode || ' %'",
        "1",
    ),
    Case(
        "pgcrypto",
        &[],
        "SELECT encode(digest('abc', 'sha256'), 'hex') || (crypt('secret', hash) = hash)
             || pgp_sym_decrypt(pgp_sym_encrypt('text', 'key'), 'key') || length(gen_random_bytes(16))
         FROM crypt('secret', gen_salt('bf', 4)) hash",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015adtruetext16",
    ),
    Case("pgtap", &["SELECT plan(1)"], "SELECT is(1 + 1, 2, 'adds')", "ok 1 - adds"),
    Case("plpgsql", &["DO 'BEGIN END'"], "SELECT 'always there'", "always there"),
    Case(
        "postgis",
        &[
            "CREATE TABLE t AS SELECT n, ST_SetSRID(ST_MakePoint(n % 100, n / 100), 4326) AS place
             FROM generate_series(0, 999) n",
            "CREATE INDEX ON t USING gist (place)",
            NO_SCAN,
        ],
        "SELECT (SELECT count(*) FROM t WHERE place && ST_MakeEnvelope(1, 1, 3, 3, 4326))
             || ST_AsText(ST_Buffer('POINT(0 0)', 1, 1), 1)
             || ST_AsText(ST_Transform('SRID=4326;POINT(13.4 52.5)'::geometry, 3857), 0)
             || ST_IsValidReason('POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))')",
        "9POLYGON((1 0,0 -1,-1 0,0 1,1 0))POINT(1491681 6891042)Self-intersection[0.5 0.5]",
    ),
    Case("seg", &[], "SELECT ('1.5 .. 2.5'::seg && '2 .. 3'::seg)::text", "true"),
    Case(
        "tablefunc",
        &[ROWS],
        "SELECT (a, b)::text FROM crosstab('SELECT n / 2, digit, n FROM t WHERE n < 4 ORDER BY 1, 2')
         AS (row int, a int, b int) WHERE row = 1",
        "(2,3)",
    ),
    Case(
        "tcn",
        &[
            "CREATE TABLE t (n int PRIMARY KEY)",
            "CREATE TRIGGER told AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION triggered_change_notification()",
            "INSERT INTO t VALUES (1)",
        ],
        "SELECT count(*)::text FROM t",
        "1",
    ),
    Case("tsm_system_rows", &[ROWS], "SELECT count(*)::text FROM t TABLESAMPLE system_rows (10)", "10"),
    Case("tsm_system_time", &[ROWS], "SELECT count(*)::text FROM t TABLESAMPLE system_time (60000)", "1000"),
    Case("unaccent", &[], "SELECT unaccent('Hôtel Ærø')", "Hotel AEro"),
    Case(
        "uuid-ossp",
        &[],
        "SELECT uuid_generate_v5(uuid_ns_dns(), 'python.org')::text
         WHERE uuid_generate_v4() <> uuid_generate_v4() AND uuid_generate_v1() <> uuid_generate_v1mc()",
        "886313e1-3b8a-5372-9b90-0c9aee199e5d",
    ),
    Case(
        "vector",
        &[
            "CREATE TABLE t AS SELECT n, ARRAY[n, n % 7, n % 3]::vector(3) AS place FROM generate_series(1, 1000) n",
            "CREATE INDEX ON t USING hnsw (place vector_l2_ops)",
            NO_SCAN,
        ],
        "SELECT string_agg(n::text, ' ') FROM (SELECT n FROM t ORDER BY place <-> '[500,3,2]' LIMIT 1)",
        "500",
    ),
];

async fn open(url: &str, extensions: &[&str]) -> Result<Ominipg, Error> {
    Ominipg::connect(ConnectOptions::new(url).extensions(extensions.iter().copied())).await
}

async fn ask(db: &Ominipg, sql: &str) -> Result<String, Error> {
    Ok(db.query_one(sql, &[]).await?.get(0))
}

#[tokio::test]
async fn each_does_what_it_is_for() {
    let mut wrong = Vec::new();
    for Case(name, statements, question, answer) in CASES {
        let answered = async {
            let db = open(":memory:", &[name]).await?;
            for statement in *statements {
                db.batch_execute(statement).await?;
            }
            ask(&db, question).await
        };
        match answered.await {
            Ok(text) if text == *answer => {}
            other => wrong.push(format!("{name}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_one_requires_comes_along() {
    let db = open(":memory:", &["earthdistance"]).await.expect("it opens");
    let installed = "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension";
    assert_eq!(ask(&db, installed).await.expect("it answers"), "cube earthdistance plpgsql");
}

#[tokio::test]
async fn several_live_together_and_without_them_in_the_next_database() {
    let db =
        open(":memory:", &["vector", "pg_trgm", "hstore", "uuid-ossp", "vector"]).await.expect("it opens");
    let question = "SELECT (vector '[3,4]' <-> '[0,0]') || (hstore('a', '1') -> 'a') || similarity('a', 'a')";
    assert_eq!(ask(&db, question).await.expect("it answers"), "511");
    let other = Ominipg::connect(":memory:").await.expect("it opens");
    let missing = ask(&other, "SELECT '[1]'::vector::text").await.expect_err("it has no extension");
    assert_eq!(missing.code().map(|code| code.code()), Some("42704"), "{missing}");
    let missing = other.batch_execute("CREATE EXTENSION vector").await.expect_err("it was not asked for");
    assert!(missing.to_string().contains("`ConnectOptions::extensions`"), "{missing}");
}

#[tokio::test]
async fn an_unknown_name_is_told_what_there_is() {
    let folder = Folder::new();
    let unknown = open(&folder.url(), &["vectors"]).await.expect_err("there is none of that name");
    assert_eq!(unknown.kind(), ErrorKind::Options);
    let message = unknown.to_string();
    assert!(
        message.contains("\"vectors\"") && message.contains("pg_trgm, ") && message.contains(", vector"),
        "{message}"
    );
    assert!(!folder.path().exists(), "nothing was created");
}

#[tokio::test]
async fn a_folder_needs_its_extensions_again() {
    let folder = Folder::new();
    let db = open(&folder.url(), &["vector"]).await.expect("it opens");
    let statement = "CREATE TABLE t AS SELECT '[3,4]'::vector AS place; CREATE TABLE other AS SELECT 'kept'::text AS word";
    db.batch_execute(statement).await.expect("created");
    db.close().await.expect("it closes");

    let question = "SELECT place::text FROM t";
    let db = Ominipg::connect(folder.url()).await.expect("it opens without");
    assert_eq!(ask(&db, "SELECT word FROM other").await.expect("it answers"), "kept");
    let missing = ask(&db, question).await.expect_err("the module was not asked for");
    assert!(missing.to_string().contains("ConnectOptions::extensions([\"vector\"])"), "{missing}");
    db.close().await.expect("it closes");

    let db = open(&folder.url(), &["vector"]).await.expect("it opens again");
    assert_eq!(ask(&db, question).await.expect("it answers"), "[3,4]");
}

#[tokio::test]
async fn indexes_and_views_outlive_their_session() {
    let names = ["pg_ivm", "pg_textsearch", "postgis", "vector"];
    for Case(name, statements, question, answer) in CASES.iter().filter(|case| names.contains(&case.0)) {
        let folder = Folder::new();
        let db = open(&folder.url(), &[name]).await.expect("it opens");
        for statement in *statements {
            db.batch_execute(statement).await.expect("it is done");
        }
        db.close().await.expect("it closes");
        let db = open(&folder.url(), &[name]).await.expect("it opens again");
        db.batch_execute(NO_SCAN).await.expect("it is set");
        assert_eq!(&ask(&db, question).await.expect("it answers"), answer, "{name}");
    }
}

/// Tells the child that it is one, and what it must find.
const COMMENT: &str = "OMINIPG_TEST_COMMENT";

/// Not a test by itself: what another process finds in the cache.
#[tokio::test]
async fn finds_citext_in_the_cache() {
    let Ok(comment) = std::env::var(COMMENT) else { return };
    let db = open(":memory:", &["citext"]).await.expect("it opens");
    let question = "SELECT comment FROM pg_available_extensions WHERE name = 'citext' AND 'a'::citext = 'A'";
    assert_eq!(ask(&db, question).await.expect("it answers"), comment);
}

#[tokio::test]
async fn is_compiled_once_for_all_processes() {
    embedded::prepare_extensions(&["citext"]).expect("it is compiled");
    let engine = embedded::show().expect("there is a cache").path;
    let citext = entries(&engine.join("extensions"))
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("citext-")))
        .expect("it is kept");
    let names: BTreeSet<_> = entries(&citext).filter_map(|path| Some(path.file_name()?.to_owned())).collect();
    assert_eq!(names, BTreeSet::from(["citext.cwasm", "files.tar", "modules.json"].map(OsString::from)));

    // A copy of the cache where one word differs: who finds that word has compiled nothing.
    let cache = Folder::new();
    let copy = cache.path().join(engine.file_name().expect("it has a name"));
    let copied = copy.join(citext.strip_prefix(&engine).expect("it is inside"));
    copy_files(&engine, &copy);
    copy_files(&citext, &copied);
    let files = std::fs::read(copied.join("files.tar")).expect("it is read");
    let at = files.windows(4).position(|word| word == b"case").expect("the comment says it");
    std::fs::write(copied.join("files.tar"), [&files[..at], b"CASE", &files[at + 4..]].concat())
        .expect("it is written");
    let status = Command::new(std::env::current_exe().expect("this is a program"))
        .args(["--exact", "extensions::finds_citext_in_the_cache"])
        .env("OMINIPG_CACHE_DIR", cache.path())
        .env(COMMENT, "data type for CASE-insensitive character strings")
        .status();
    assert!(status.expect("it starts").success());
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    std::fs::read_dir(folder).expect("it is read").map(|entry| entry.expect("it is read").path())
}

fn copy_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("it is created");
    for file in entries(from).filter(|path| path.is_file()) {
        std::fs::copy(&file, to.join(file.file_name().expect("it has a name"))).expect("it is copied");
    }
}
