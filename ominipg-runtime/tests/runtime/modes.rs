//! The choice of the mode, and what goes wrong at connect.

use std::time::Duration;

use ominipg_runtime::{ConnectOptions, ErrorKind, Mode, Ominipg};
use ominipg_test_support::{database, server_url, takes_connections};

use crate::blog::{NewUser, SCHEMA, users};

async fn refused(options: ConnectOptions) -> String {
    let error = Ominipg::connect(options).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Options | ErrorKind::Connect), "{error:?}");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("hunter2"), "{text}");
    text
}

#[tokio::test]
async fn a_server_is_reached_directly_or_by_a_worker() {
    let url = database().await;
    assert_eq!(Ominipg::connect(url.as_str()).await.unwrap().mode(), Mode::Direct);
    let options = ConnectOptions::new(url).use_worker(true).schema(&SCHEMA).create_tables(true);
    let db = Ominipg::connect(options).await.unwrap();
    assert_eq!(db.mode(), Mode::ServerWorker);
    let made = users::create(NewUser::new("ada@example.com", "Ada")).run(&db).await.unwrap();
    assert_eq!(users::by_key(made.id).one(&db).await.unwrap(), made);
    let tx = db.transaction().await.unwrap();
    users::by_key(made.id).delete().run(&tx).await.unwrap();
    drop(tx);
    assert!(users::by_key(made.id).exists(&db).await.unwrap());
    db.close().await.unwrap();
    assert_eq!(db.query("SELECT 1", &[]).await.unwrap_err().kind(), ErrorKind::Closed);
}

#[tokio::test]
async fn a_url_that_is_not_understood() {
    let text = refused("mysql://root:hunter2@host/db".into()).await;
    assert!(text.contains("mysql://root:***@host/db") && text.contains(":memory:"), "{text}");
    let text = refused(ConnectOptions::new(server_url()).create_tables(true)).await;
    assert!(text.contains(".schema(&SCHEMA)"), "{text}");
    let text = refused(ConnectOptions::new(server_url()).max_connections(0)).await;
    assert!(text.contains("max_connections"), "{text}");
    assert!(!format!("{:?}", ConnectOptions::new("postgres://a:hunter2@b")).contains("hunter2"));
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    if !takes_connections(2) {
        return;
    }
    let text = refused("postgres://ada:hunter2@127.0.0.1:1/db".into()).await;
    for part in ["127.0.0.1:1", "`ada`", "`db`", "refused"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = refused("postgres://ada:hunter2@no-such-host.invalid/db".into()).await;
    assert!(text.contains("no-such-host.invalid:5432"), "{text}");
    let text = refused(ConnectOptions::new("postgres://ada:hunter2@127.0.0.1:1/db").use_worker(true)).await;
    assert!(text.contains("127.0.0.1:1"), "{text}");
    let missing = server_url().replace("/postgres?", "/no_such_database?");
    assert!(refused(missing.into()).await.contains("\"no_such_database\" does not exist"));

    // Something listens and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://ada:hunter2@{}/db", silent.local_addr().unwrap());
    let text = refused(ConnectOptions::new(url).connect_timeout(Duration::from_millis(100))).await;
    assert!(text.contains("no answer within 100ms"), "{text}");
}

#[test]
fn outside_a_runtime_there_is_an_error_and_no_panic() {
    let mut connect = Box::pin(Ominipg::connect("postgres://ada@localhost"));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match connect.as_mut().poll(&mut context) {
        std::task::Poll::Ready(Err(error)) => assert!(error.to_string().contains("tokio"), "{error}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn tables_are_created_once_by_any_number_of_starters() {
    let url = database().await;
    let starters: Vec<_> = (0..6)
        .map(|_| {
            let options = ConnectOptions::new(url.clone()).schema(&SCHEMA).create_tables(true);
            tokio::spawn(Ominipg::connect(options))
        })
        .collect();
    for starter in starters {
        let db = starter.await.unwrap().unwrap();
        assert_eq!(users::find().count(&db).await.unwrap(), 0);
    }
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn encryption_is_asked_for_by_the_url() {
    let url = server_url();
    let url = url.split('?').next().unwrap();
    let encrypted = |parameters: String| async move {
        let db = Ominipg::connect(format!("{url}?{parameters}")).await?;
        let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        Ok::<bool, ominipg_runtime::Error>(db.query_one(sql, &[]).await?.get(0))
    };
    assert!(!encrypted("sslmode=disable".to_owned()).await.unwrap());
    if let Some(certificate) = ominipg_test_support::server_certificate() {
        let trust = format!("sslrootcert={}", certificate.display());
        for parameters in
            [trust.clone(), format!("sslmode=require&{trust}"), format!("{trust}&sslmode=verify-full")]
        {
            assert!(encrypted(parameters).await.unwrap());
        }
        // Nobody else trusts that certificate.
        assert!(!encrypted("application_name=test".to_owned()).await.unwrap());
        let text = refused(format!("{url}?sslmode=require").into()).await;
        assert!(text.contains("certificate") && text.contains("sslrootcert"), "{text}");
        let other_name = url.replace("127.0.0.1", "localhost");
        let text = refused(format!("{other_name}?sslmode=require&{trust}").into()).await;
        assert!(text.contains("certificate"), "{text}");
        // Stopping a statement takes a connection of its own.
        let db = Ominipg::connect(format!("{url}?sslmode=require&{trust}")).await.unwrap();
        let slow = db.execute("SELECT pg_sleep(60)", &[]);
        assert!(tokio::time::timeout(Duration::from_millis(20), slow).await.is_err());
        let sleeping = "SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active' \
                        AND application_name = 'ominipg' AND ssl";
        let sleeping = sleeping.replace("pg_stat_activity", "pg_stat_activity JOIN pg_stat_ssl USING (pid)");
        for attempt in 0.. {
            if db.query(&sleeping, &[]).await.unwrap().is_empty() {
                break;
            }
            assert!(attempt < 100, "the statement is still running");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let text = refused(format!("{url}?sslrootcert=/no/such/file").into()).await;
    assert!(text.contains("/no/such/file"), "{text}");
    let empty = std::env::temp_dir().join(format!("ominipg-empty-{}.pem", std::process::id()));
    std::fs::write(&empty, "").unwrap();
    let text = refused(format!("{url}?sslrootcert={}", empty.display()).into()).await;
    std::fs::remove_file(&empty).unwrap();
    assert!(text.contains("no certificate"), "{text}");
}

#[tokio::test]
async fn a_server_creates_the_extensions_that_it_has() {
    let url = database().await;
    for worker in [false, true] {
        let options = ConnectOptions::new(&url).use_worker(worker).max_connections(1);
        let db = Ominipg::connect(options.clone().extensions(["plpgsql"])).await.unwrap();
        db.close().await.unwrap();
        let missing = Ominipg::connect(options.extensions(["no \"such\" thing"])).await.unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::Database);
        assert!(
            missing.to_string().contains(r#"CREATE EXTENSION IF NOT EXISTS "no ""such"" thing""#),
            "{missing}"
        );
    }
}
