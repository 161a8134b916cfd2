//! The shared connection of embedded databases, tried on a server's.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use super::address::Address;
use super::backend::{Backend, Host};
use super::server::{ConnectionSettings, Server};
use super::statements::Keeping;
use super::target::Session;
use super::transaction::Transaction;
use crate::client::{Monitor, NO_LIMITS, StatementLog};
use crate::error::{Error, ErrorKind};
use crate::param::Params;

const WAIT: Duration = Duration::from_millis(1_000);

async fn backend() -> Arc<Backend> {
    let url = ominipg_test_support::database().await;
    let address = Address {
        hosts: vec![url.parse().unwrap()],
        role: None,
        prefers_standby: false,
        any_name: false,
        root_certificate: None,
        client_certificate: None,
    };
    let settings =
        ConnectionSettings { timeout: WAIT * 10, keeping: Keeping::default(), statement_timeout: None };
    let server = Server::new(address, settings, Arc::new(Monitor::new(StatementLog::default()))).unwrap();
    let connection = server.connect().await.unwrap();
    let reconnect = Box::new(move || {
        let server = server.clone();
        Box::pin(async move { server.connect().await }) as Pin<Box<_>>
    });
    let backend = Arc::new(Backend::only(connection, WAIT, reconnect, Host::Caller));
    session(&backend).batch("CREATE TABLE t (n int4)").await.unwrap();
    backend
}

fn session(backend: &Arc<Backend>) -> Session<'_> {
    Session::database(backend, &NO_LIMITS)
}

async fn insert(backend: &Arc<Backend>) -> Result<u64, Error> {
    session(backend).execute("INSERT INTO t VALUES ($1)", Params::Inferred(&[&1_i32])).await
}

async fn count(backend: &Arc<Backend>) -> i64 {
    let rows = session(backend).query("SELECT count(*) FROM t", Params::Inferred(&[])).await.unwrap();
    rows[0].get(0)
}

#[tokio::test]
async fn statements_share_the_connection() {
    let backend = backend().await;
    let slow = session(&backend).batch("SELECT pg_sleep(0.2)");
    let many = async {
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let backend = Arc::clone(&backend);
                tokio::spawn(async move { insert(&backend).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    };
    let (slow, ()) = tokio::join!(slow, many);
    slow.unwrap();
    assert_eq!(count(&backend).await, 20);
}

#[tokio::test]
async fn a_transaction_has_the_connection_alone() {
    let backend = backend().await;
    let transaction = Transaction::begin(&backend, &NO_LIMITS).await.unwrap();
    transaction.execute("INSERT INTO t VALUES (1)", &[]).await.unwrap();
    for refused in [insert(&backend).await.err(), Transaction::begin(&backend, &NO_LIMITS).await.err()] {
        let error = refused.unwrap();
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert!(
            error.to_string().contains("transaction is open") && error.to_string().contains("&tx"),
            "{error}"
        );
    }
    let waiting = {
        let backend = Arc::clone(&backend);
        tokio::spawn(async move { insert(&backend).await })
    };
    tokio::time::sleep(WAIT / 5).await;
    transaction.rollback().await.unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!(count(&backend).await, 1);
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing_behind() {
    let backend = backend().await;
    let transaction = Transaction::begin(&backend, &NO_LIMITS).await.unwrap();
    transaction.execute("INSERT INTO t VALUES (1)", &[]).await.unwrap();
    // The caller gives up in the middle of a statement, then of the transaction.
    let slow = transaction.query("SELECT pg_sleep(0.1), n FROM t", &[]);
    assert!(tokio::time::timeout(Duration::from_millis(20), slow).await.is_err());
    drop(transaction);
    assert_eq!(count(&backend).await, 0);

    // The caller gives up while BEGIN is under way.
    let mut begin = Box::pin(Transaction::begin(&backend, &NO_LIMITS));
    let first_poll = begin.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(first_poll.is_pending());
    drop(begin);
    insert(&backend).await.unwrap();
    let rows = session(&backend)
        .query("SELECT pg_current_xact_id_if_assigned() IS NULL", Params::Inferred(&[]))
        .await
        .unwrap();
    assert!(rows[0].get::<_, bool>(0));
    assert_eq!(count(&backend).await, 1);
}

#[tokio::test]
async fn nothing_runs_after_close() {
    let backend = backend().await;
    let transaction = Transaction::begin(&backend, &NO_LIMITS).await.unwrap();
    assert_eq!(backend.close().await.unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(insert(&backend).await.unwrap_err().kind(), ErrorKind::Closed);
    transaction.commit().await.unwrap();
    backend.close().await.unwrap();
    backend.close().await.unwrap();
    assert_eq!(insert(&backend).await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(Transaction::begin(&backend, &NO_LIMITS).await.err().unwrap().kind(), ErrorKind::Closed);
}

#[tokio::test]
async fn a_statement_fits_into_what_the_allocator_has_at_hand() {
    let backend = backend().await;
    let none = Params::Inferred(&[]);
    let sizes = [
        size_of_val(&*session(&backend).hand_on("", none, &mut Vec::new())),
        size_of_val(&*session(&backend).execute("", none)),
        size_of_val(&*session(&backend).batch("")),
    ];
    // The most that glibc keeps ready for a thread; more than that costs each call a search of the heap.
    assert!(sizes.iter().all(|size| *size <= 1032), "{sizes:?}");
}
