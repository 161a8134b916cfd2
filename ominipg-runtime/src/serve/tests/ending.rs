use std::time::Duration;

use tokio::net::TcpStream;
use tokio_postgres::error::SqlState;
use tokio_postgres::{NoTls, SimpleQueryMessage};

use super::{config, connect, locked, open};

#[tokio::test]
async fn there_are_only_so_many_places() {
    let server = open(locked().max_connections(1)).await;
    let first = connect(&config(&server)).await.expect("there is a place");
    let error = connect(&config(&server)).await.expect_err("there is none left");
    assert_eq!(error.code(), Some(&SqlState::TOO_MANY_CONNECTIONS));
    drop(first);
    for _ in 0..100 {
        if connect(&config(&server)).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the place did not become free");
}

#[tokio::test]
async fn closing_tells_clients_and_frees_the_address() {
    let server = open(locked()).await;
    let address = server.local_addr().expect("it has an address");
    let (client, connection) = config(&server).connect(NoTls).await.expect("it opens");
    let connection = tokio::spawn(connection);
    client.simple_query("SELECT 1").await.expect("the session answers");
    let waiting = TcpStream::connect(address).await.expect("it listens");
    server.close().await;
    let told = connection.await.expect("it does not panic").expect_err("the server is gone");
    assert_eq!(told.code(), Some(&SqlState::ADMIN_SHUTDOWN));
    drop(waiting);
    open(address).await.close().await;
}

#[tokio::test]
async fn dropping_ends_it_too() {
    let server = open(locked()).await;
    let client = connect(&config(&server)).await.expect("it opens");
    let address = server.local_addr().expect("it has an address");
    drop(server);
    for _ in 0..100 {
        if TcpStream::connect(address).await.is_err() && client.is_closed() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it still listens");
}

#[tokio::test]
async fn several_clients_work_at_once_and_cancel_each_other() {
    if !ominipg_test_support::takes_connections(3) {
        return;
    }
    let server = open(locked()).await;
    let config = config(&server);
    let slow = connect(&config).await.expect("it opens");
    let cancel = slow.cancel_token();
    let endless = tokio::spawn(async move { slow.batch_execute("SELECT pg_sleep(60)").await });
    let others = (0..2).map(async |n: i32| {
        let client = connect(&config).await.expect("it opens");
        let row = client.query_one("SELECT $1::int4 * 2", &[&n]).await.expect("the session answers");
        assert_eq!(row.get::<_, i32>(0), n * 2);
    });
    for other in others {
        other.await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    cancel.cancel_query(NoTls).await.expect("it is asked for");
    let cancelled = endless.await.expect("it does not panic").expect_err("it was cancelled");
    assert_eq!(cancelled.code(), Some(&SqlState::QUERY_CANCELED));
}

#[tokio::test]
async fn large_results_pass_whole() {
    let server = open(locked()).await;
    let client = connect(&config(&server)).await.expect("it opens");
    let rows = client
        .simple_query("SELECT repeat('x', 1000) FROM generate_series(1, 20000)")
        .await
        .expect("it answers");
    let bytes = rows.iter().map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).expect("it is not null").len(),
        _ => 0,
    });
    assert_eq!(bytes.sum::<usize>(), 20_000_000);
}
