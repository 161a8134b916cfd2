//! A whole database as one file.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use ominipg::{ConnectOptions, ErrorKind, Ominipg};
use tokio::io::AsyncWrite;

use crate::folder::Folder;

/// Something of everything that a database can hold.
const CONTENTS: &str = "
    CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL);
    INSERT INTO accounts VALUES (1, 1000), (2, 0);
    CREATE TABLE filler AS SELECT n, md5(n::text) AS word FROM generate_series(1, 20000) n;
    CREATE INDEX ON filler (word);
    CREATE UNLOGGED TABLE unlogged (n int PRIMARY KEY, point point);
    CREATE INDEX ON unlogged USING gist (point);
    INSERT INTO unlogged SELECT n, point(n, n) FROM generate_series(1, 500) n;
    CREATE SEQUENCE numbers;
    SELECT nextval('numbers') FROM generate_series(1, 41);
    CREATE ROLE reader;
    GRANT SELECT ON accounts TO reader;
    ALTER ROLE reader SET statement_timeout = '7s';
    ALTER DATABASE postgres SET work_mem = '7MB';
    SELECT lo_from_bytea(4711, 'a large object');
    CREATE TEMP TABLE fleeting AS SELECT n, repeat('x', 3000) AS wide FROM generate_series(1, 100) n;
";

/// What must come back, a question and its answer.
const ANSWERS: [(&str, &str); 11] = [
    ("SELECT sum(balance)::text FROM accounts", "1000"),
    ("SELECT count(*) || ' ' || sum(hashtext(word)) FROM filler", ""),
    ("SELECT n::text FROM filler WHERE word = md5('12345')", "12345"),
    ("SELECT count(*)::text FROM unlogged", "500"),
    ("SELECT count(*)::text FROM unlogged WHERE point <@ box '((0,0),(9,9))'", "9"),
    ("SELECT nextval('numbers')::text", "42"),
    ("SELECT rolconfig::text FROM pg_roles WHERE rolname = 'reader'", "{statement_timeout=7s}"),
    ("SELECT has_table_privilege('reader', 'accounts', 'SELECT')::text", "true"),
    ("SELECT setconfig::text FROM pg_db_role_setting WHERE setrole = 0", "{work_mem=7MB}"),
    ("SELECT convert_from(lo_get(4711), 'UTF8')", "a large object"),
    (
        "SELECT count(*)::text FROM pg_class WHERE relname = 'fleeting' OR relnamespace::regnamespace::text ~ 'pg_temp'",
        "0",
    ),
];

async fn text(db: &Ominipg, sql: &str) -> String {
    db.query_one(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error}")).get(0)
}

async fn connect(options: impl Into<ConnectOptions>) -> Ominipg {
    Ominipg::connect(options).await.expect("it opens")
}

/// A file that is removed in the end.
struct Backup(PathBuf);

impl Backup {
    fn new(bytes: &[u8]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("ominipg-backup-{}-{number}", std::process::id()));
        std::fs::write(&path, bytes).expect("it is written");
        Self(path)
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Moves money to and fro until it is told to stop.
fn work(db: &Ominipg) -> (Arc<AtomicBool>, tokio::task::JoinHandle<u32>) {
    let stop = Arc::new(AtomicBool::new(false));
    let (db, told) = (db.clone(), Arc::clone(&stop));
    let task = tokio::spawn(async move {
        let mut moved = 0;
        while !told.load(Ordering::Relaxed) {
            let tx = db.transaction().await.expect("begun");
            for (id, by) in [(1, -7), (2, 7)] {
                tx.execute("UPDATE accounts SET balance = balance + $2 WHERE id = $1", &[&id, &by])
                    .await
                    .expect("updated");
                tokio::task::yield_now().await;
            }
            tx.commit().await.expect("committed");
            moved += 1;
        }
        moved
    });
    (stop, task)
}

/// Dumps a database while it works, and restores it in memory and in a folder.
async fn goes_round(url: String, with_worker: bool) {
    let db = connect(ConnectOptions::new(url).use_worker(with_worker)).await;
    db.batch_execute(CONTENTS).await.expect("created");
    let filler = text(&db, ANSWERS[1].0).await;
    let (stop, task) = work(&db);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut backup = Vec::new();
    let dump = db.dump(&mut backup).await.expect("dumped");
    assert_eq!(dump.bytes, backup.len() as u64);
    assert!(dump.files > 100 && dump.contents > dump.bytes, "{dump:?}");
    stop.store(true, Ordering::Relaxed);
    assert!(task.await.expect("it ends") > 0);
    assert_eq!(text(&db, "SELECT count(*)::text FROM fleeting").await, "100", "sessions keep what they have");
    assert_eq!(text(&db, "SELECT nextval('numbers')::text").await, "42");
    db.close().await.expect("it closes");

    let folder = Folder::new();
    let file = Backup::new(&backup);
    for url in [":memory:".to_owned(), folder.url()] {
        let restored = connect(ConnectOptions::new(url.clone()).restore_from(&file.0)).await;
        answers(&restored, &filler).await;
        assert_ne!(text(&restored, "SELECT balance::text FROM accounts WHERE id = 1").await, "1000");
        for statement in ["INSERT INTO unlogged VALUES (501, '(1,1)')", "VACUUM", "CHECKPOINT"] {
            restored.batch_execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        restored.close().await.expect("it closes");
    }
    let reopened = connect(folder.url()).await;
    assert_eq!(text(&reopened, "SELECT count(*)::text FROM unlogged").await, "501");
    assert_eq!(text(&reopened, ANSWERS[1].0).await, filler);
    // A dump of what was restored is as good.
    let mut again = Vec::new();
    reopened.dump(&mut again).await.expect("dumped");
    let again =
        connect(ConnectOptions::new(":memory:").restore_from_reader(std::io::Cursor::new(again))).await;
    assert_eq!(text(&again, ANSWERS[1].0).await, filler);
}

/// A database has what `CONTENTS` put into it.
async fn answers(db: &Ominipg, filler: &str) {
    for (question, answer) in ANSWERS {
        let answer = if answer.is_empty() { filler } else { answer };
        assert_eq!(text(db, question).await, answer, "{question}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn goes_round_from_memory() {
    goes_round(":memory:".to_owned(), true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn goes_round_from_a_folder() {
    let folder = Folder::new();
    goes_round(folder.url(), true).await;
    let left = std::fs::read_dir(folder.path()).expect("it is read").flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
    assert_eq!(left.len(), 2, "the lock and the cluster: {left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn goes_round_without_a_worker() {
    goes_round(":memory:".to_owned(), false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn never_holds_half_a_transaction() {
    let folder = Folder::new();
    for url in [":memory:".to_owned(), folder.url()] {
        let db = connect(url).await;
        db.batch_execute(
            "CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL);
             INSERT INTO accounts VALUES (1, 1000), (2, 0)",
        )
        .await
        .expect("created");
        let (stop, task) = work(&db);
        for _ in 0..5 {
            let mut backup = Vec::new();
            db.dump(&mut backup).await.expect("dumped");
            let restored = ConnectOptions::new(":memory:").restore_from_reader(std::io::Cursor::new(backup));
            let restored = connect(restored).await;
            assert_eq!(text(&restored, "SELECT sum(balance)::text FROM accounts").await, "1000");
        }
        stop.store(true, Ordering::Relaxed);
        assert!(task.await.expect("it ends") > 0);
        db.close().await.expect("it closes");
    }
}

#[tokio::test]
async fn waits_for_an_open_transaction() {
    let db = connect(ConnectOptions::new(":memory:").busy_timeout(Duration::from_millis(100))).await;
    let tx = db.transaction().await.expect("begun");
    tx.batch_execute("CREATE TABLE t (n int)").await.expect("created");
    let busy = db.dump(&mut Vec::new()).await.expect_err("the transaction is open");
    assert_eq!(busy.kind(), ErrorKind::Busy);
    assert!(busy.to_string().contains("Commit or drop the transaction"), "{busy}");
    tx.commit().await.expect("committed");
    db.dump(&mut Vec::new()).await.expect("dumped");
}

/// A writer that takes some bytes and then fails, or waits for ever.
struct Stubborn {
    takes: usize,
    fails: bool,
}

impl AsyncWrite for Stubborn {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let n = bytes.len().min(self.takes);
        self.takes -= n;
        match n {
            0 if self.fails => Poll::Ready(Err(std::io::Error::other("the disk is gone"))),
            0 => Poll::Pending,
            n => Poll::Ready(Ok(n)),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_that_ends_early_leaves_the_database_as_it_is() {
    let folder = Folder::new();
    let db = connect(folder.url()).await;
    db.batch_execute("CREATE TABLE t AS SELECT 1 AS n").await.expect("created");
    let failed = db.dump(Stubborn { takes: 10_000, fails: true }).await.expect_err("the writer fails");
    assert!(failed.to_string().contains("the disk is gone"), "{failed}");
    for patience in [0, 1, 5, 50, 300] {
        let dump = db.dump(Stubborn { takes: 10_000, fails: false });
        assert!(
            tokio::time::timeout(Duration::from_millis(patience), dump).await.is_err(),
            "the writer waits"
        );
        assert_eq!(text(&db, "SELECT n::text FROM t").await, "1");
    }
    db.dump(&mut Vec::new()).await.expect("dumped");
    let copies = || {
        let entries = std::fs::read_dir(folder.path()).expect("it is read").flatten();
        entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("dump.")).count()
    };
    for _ in 0..100 {
        if copies() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("copies of the cluster stay behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_whole_is_restored() {
    let db = connect(":memory:").await;
    db.batch_execute(CONTENTS).await.expect("created");
    let filler = text(&db, ANSWERS[1].0).await;
    let mut good = Vec::new();
    db.dump(&mut good).await.expect("dumped");
    let folder = Folder::new();
    let third = good.len() / 3;
    for cut in [0, 1, 100, third, 2 * third, good.len() - 1] {
        let file = Backup::new(&good[..cut]);
        for url in [":memory:".to_owned(), folder.url()] {
            let refused = Ominipg::connect(ConnectOptions::new(url).restore_from(&file.0)).await;
            let refused = refused.expect_err("it is truncated");
            assert_eq!(refused.kind(), ErrorKind::Backup, "{cut}: {refused}");
            assert!(refused.to_string().contains("another backup"), "{refused}");
        }
    }
    let mut harmless = 0;
    for at in (0..20).map(|n| 11 + n * (good.len() / 20)).filter(|&at| at < good.len()) {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        let options = ConnectOptions::new(":memory:").restore_from_reader(std::io::Cursor::new(bad));
        match Ominipg::connect(options).await {
            Err(refused) => assert_eq!(refused.kind(), ErrorKind::Backup, "{at}: {refused}"),
            // Some bits of compressed data mean nothing.
            Ok(restored) => {
                answers(&restored, &filler).await;
                harmless += 1;
            }
        }
    }
    // How many depends on how the bytes fell; all that those databases hold was compared.
    assert!(harmless <= 6, "{harmless} of 20 damages were not noticed");
    let left = std::fs::read_dir(folder.path()).expect("it is read").count();
    assert_eq!(left, 1, "the lock alone");
    let file = Backup::new(&good);
    connect(ConnectOptions::new(folder.url()).restore_from(&file.0)).await.close().await.expect("it closes");

    let refused = Ominipg::connect(ConnectOptions::new(folder.url()).restore_from(&file.0)).await;
    let refused = refused.expect_err("there is a database");
    assert_eq!(refused.kind(), ErrorKind::Backup);
    assert!(refused.to_string().contains("holds a database already"), "{refused}");
    let refused = Ominipg::connect(ConnectOptions::new(":memory:").restore_from("/no/such/file")).await;
    assert!(refused.expect_err("there is no file").to_string().contains("/no/such/file"));
    let server = ConnectOptions::new("postgresql://ada@localhost/app").restore_from(&file.0);
    assert_eq!(Ominipg::connect(server).await.expect_err("it is a server").kind(), ErrorKind::Options);
}

#[tokio::test]
async fn brings_its_extensions() {
    let db = connect(ConnectOptions::new(":memory:").extensions(["hstore"])).await;
    db.batch_execute("CREATE TABLE t AS SELECT 'a=>1'::hstore AS h").await.expect("created");
    let mut backup = Vec::new();
    db.dump(&mut backup).await.expect("dumped");
    let options = ConnectOptions::new(":memory:").restore_from_reader(std::io::Cursor::new(backup));
    let restored = connect(options.extensions(["hstore"])).await;
    assert_eq!(text(&restored, "SELECT h -> 'a' FROM t").await, "1");
}

/// Not a test: measures what docs/BACKUP.md tells.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn tells_its_speed() {
    use std::time::Instant;
    let folder = Folder::new();
    for url in [":memory:".to_owned(), folder.url()] {
        let db = connect(url.clone()).await;
        db.batch_execute(
            "CREATE TABLE rows (id bigint PRIMARY KEY, name text, city text, price numeric, at timestamptz);
             INSERT INTO rows SELECT n, 'customer ' || md5(n::text), (ARRAY['Berlin','Lisbon','Oslo'])[n % 3 + 1],
                 n % 9973 / 100.0, timestamptz '2024-01-01' + n * interval '1 minute' FROM generate_series(1, 300000) n;
             CREATE INDEX ON rows (name)",
        )
        .await
        .expect("created");
        for _ in 0..3 {
            let (mut backup, since) = (Vec::new(), Instant::now());
            let dump = db.dump(&mut backup).await.expect("dumped");
            let dumped = since.elapsed();
            let (file, since) = (Backup::new(&backup), Instant::now());
            let new = Folder::new();
            let target = if url == ":memory:" { url.clone() } else { new.url() };
            let restored = connect(ConnectOptions::new(target).restore_from(&file.0)).await;
            println!("{url}: {dump:?}, dumped in {dumped:?}, restored in {:?}", since.elapsed());
            assert_eq!(text(&restored, "SELECT count(*)::text FROM rows").await, "300000");
        }
    }
}
