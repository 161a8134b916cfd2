use std::time::{Duration, Instant};

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};

use crate::{PASSWORD, Served};

/// Connects, and drives the connection in a task of its own.
pub(crate) async fn connect(served: &Served) -> Client {
    connect_with(&served.url().parse().expect("it is a url")).await
}

/// The same, with options of the client's own.
pub(crate) async fn connect_with(config: &tokio_postgres::Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.expect("it opens");
    tokio::spawn(connection);
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn several_clients_share_the_database() {
    let served = Served::new().await;
    served.db.batch_execute("CREATE TABLE notes (client int4, text text)").await.expect("it is created");
    let clients = (0..4).map(|number: i32| {
        let url = served.url();
        tokio::spawn(async move {
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await.expect("it opens");
            tokio::spawn(connection);
            // The same name for each client's own statement.
            let insert = client.prepare("INSERT INTO notes VALUES ($1, $2)").await.expect("it is prepared");
            for n in 0..50 {
                client.execute(&insert, &[&number, &format!("note {n}")]).await.expect("it is inserted");
            }
            let own = "SELECT count(*) FROM notes WHERE client = $1";
            assert_eq!(client.query_one(own, &[&number]).await.expect("it answers").get::<_, i64>(0), 50);
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.expect("it works");
    }
    assert_eq!(served.count("notes").await, 200);
    served.close().await;
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let served = Served::new().await;
    let mut config: Config = served.server.url().parse().expect("it is a url");
    let error = config.password("a guess").connect(NoTls).await.err().expect("it is refused");
    assert_eq!(error.code(), Some(&SqlState::INVALID_PASSWORD));
    drop(config.password(PASSWORD).connect(NoTls).await.expect("it opens"));
    served.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_can_be_cancelled() {
    let served = Served::new().await;
    let (busy, other) = (connect(&served).await, connect(&served).await);
    let (token, others_token) = (busy.cancel_token(), other.cancel_token());
    let running = tokio::spawn(async move {
        let result = busy.batch_execute("SELECT count(*) FROM generate_series(1, 100000000000)").await;
        (busy, result)
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    // The key of a session that runs nothing stops nobody.
    others_token.cancel_query(NoTls).await.expect("it is asked for");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!running.is_finished(), "another session's key stopped it");
    let asked = Instant::now();
    token.cancel_query(NoTls).await.expect("it is asked for");
    let (busy, result) = running.await.expect("it does not panic");
    assert_eq!(result.expect_err("it was cancelled").code(), Some(&SqlState::QUERY_CANCELED));
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    for client in [&busy, &other] {
        client.batch_execute("SELECT 1").await.expect("the session goes on");
    }
    served.close().await;
}

#[tokio::test]
async fn a_client_that_leaves_leaves_nothing_open() {
    let served = Served::new().await;
    served.db.batch_execute("CREATE TABLE notes (text text)").await.expect("it is created");
    let client = connect(&served).await;
    client.batch_execute("BEGIN; INSERT INTO notes VALUES ('never seen')").await.expect("it is inserted");
    drop(client);
    let other = connect(&served).await;
    other.batch_execute("INSERT INTO notes VALUES ('seen')").await.expect("it is inserted");
    assert_eq!(served.count("notes").await, 1);
    served.close().await;
}
