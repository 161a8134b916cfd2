//! Reads on connections that are gone are sent once more; writes are not.

use std::time::Duration;

use ominipg_runtime::{ConnectOptions, ErrorKind, Ominipg};
use ominipg_test_support::{database, takes_connections};

use crate::blog::{NewUser, SCHEMA, User, posts, users};
use crate::proxy::Proxy;

const KILL_OTHERS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                           WHERE datname = current_database() AND pid <> pg_backend_pid()";

async fn people(url: &str) -> (Ominipg, User) {
    let options = ConnectOptions::new(url).schema(&SCHEMA).create_tables(true).max_connections(3);
    let db = Ominipg::connect(options).await.unwrap();
    let ada = users::create(NewUser::new("ada@example.com", "Ada")).run(&db).await.unwrap();
    (db, ada)
}

#[tokio::test]
async fn reads_survive_a_connection_that_was_ended() {
    if !takes_connections(3) {
        return;
    }
    let url = database().await;
    let (db, ada) = people(&url).await;
    let admin = Ominipg::connect(url.as_str()).await.unwrap();
    for _ in 0..5 {
        // Several connections, all of which end.
        let (first, second) = (db.transaction().await.unwrap(), db.transaction().await.unwrap());
        drop((first, second));
        admin.query(KILL_OTHERS, &[]).await.unwrap();
        assert_eq!(users::find().all(&db).await.unwrap(), std::slice::from_ref(&ada));
        admin.query(KILL_OTHERS, &[]).await.unwrap();
        assert_eq!(users::by_key(ada.id).one(&db).await.unwrap(), ada);
    }
}

#[tokio::test]
async fn every_read_is_repeated_and_no_write() {
    if !takes_connections(2) {
        return;
    }
    let proxy = Proxy::default();
    let (db, ada) = people(&proxy.before(&database().await).await).await;

    proxy.cut_next();
    assert_eq!(users::find().all(&db).await.unwrap(), std::slice::from_ref(&ada));
    proxy.cut_next();
    assert_eq!(users::find().count(&db).await.unwrap(), 1);
    proxy.cut_next();
    assert!(users::find().exists(&db).await.unwrap());
    proxy.cut_next();
    assert_eq!(users::find().select(users::name()).all(&db).await.unwrap(), ["Ada"]);
    proxy.cut_next();
    assert_eq!(users::by_key(ada.id).optional(&db).await.unwrap(), Some(ada.clone()));
    proxy.cut_next();
    assert!(users::by_key(ada.id).exists(&db).await.unwrap());
    assert_eq!(proxy.connections(), 7);

    let refused = |error: Option<ominipg_runtime::Error>| {
        let error = error.unwrap();
        assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
    };
    proxy.cut_next();
    refused(users::create(NewUser::new("bob@example.com", "Bob")).run(&db).await.err());
    assert_eq!(users::find().count(&db).await.unwrap(), 1);
    proxy.cut_next();
    refused(users::by_key(ada.id).delete().run(&db).await.err());
    assert_eq!(users::find().count(&db).await.unwrap(), 1);
    proxy.cut_next();
    refused(users::find().filter(users::name().eq("Ada")).delete().run(&db).await.err());
    assert_eq!(users::find().count(&db).await.unwrap(), 1);
    // What the SQL of a caller does is not known.
    proxy.cut_next();
    refused(db.query("SELECT 1", &[]).await.err());
    assert_eq!(users::find().all(&db).await.unwrap(), [ada]);

    // In a transaction, nothing is: what went before is gone with the connection.
    let tx = db.transaction().await.unwrap();
    proxy.cut_next();
    refused(users::find().all(&tx).await.err());
    drop(tx);
    assert_eq!(posts::find().count(&db).await.unwrap(), 0);
}

#[tokio::test]
async fn relations_are_read_again_too() {
    if !takes_connections(2) {
        return;
    }
    let proxy = Proxy::default();
    let (db, ada) = people(&proxy.before(&database().await).await).await;
    proxy.cut_next();
    let found = users::find().with((users::posts(), users::edited())).all(&db).await.unwrap();
    assert_eq!(found, [(ada, vec![], vec![])]);
}

#[tokio::test]
async fn old_and_unused_connections_are_replaced() {
    if !takes_connections(3) {
        return;
    }
    let url = database().await;
    let admin = Ominipg::connect(url.as_str()).await.unwrap();
    let pid =
        async |db: &Ominipg| -> i32 { db.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0) };
    let gone = async |pid: i32| {
        for _ in 0..100 {
            let found =
                admin.query_opt("SELECT 1 FROM pg_stat_activity WHERE pid = $1", &[&pid]).await.unwrap();
            if found.is_none() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    };
    let short = Duration::from_millis(300);

    let lived = ConnectOptions::new(&url).max_lifetime(short).idle_timeout(None).max_connections(1);
    let db = Ominipg::connect(lived).await.unwrap();
    let (first, again) = (pid(&db).await, pid(&db).await);
    assert_eq!(first, again);
    tokio::time::sleep(short).await;
    assert_ne!(pid(&db).await, first);

    let idle = ConnectOptions::new(&url).idle_timeout(short).max_lifetime(None).max_connections(1);
    let db = Ominipg::connect(idle).await.unwrap();
    let first = pid(&db).await;
    assert!(gone(first).await, "the connection is still there");
    assert_eq!(db.diagnostics().await.pool.unwrap().size, 0);
    assert_ne!(pid(&db).await, first);
}

#[tokio::test]
async fn the_server_keeps_the_time_too() {
    if !takes_connections(2) {
        return;
    }
    let options = ConnectOptions::new(database().await).server_statement_timeout(Duration::from_millis(100));
    let db = Ominipg::connect(options).await.unwrap();
    let error = db.query("SELECT pg_sleep(10)", &[]).await.unwrap_err();
    assert_eq!((error.kind(), error.code().unwrap().code()), (ErrorKind::Timeout, "57014"));
    assert!(error.to_string().contains("server_statement_timeout"), "{error}");
    db.query("SELECT 1", &[]).await.unwrap();
}
