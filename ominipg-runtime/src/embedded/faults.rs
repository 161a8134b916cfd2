//! What goes wrong inside of an engine ends that database, and nothing else.

use std::sync::PoisonError;
use std::time::Duration;

use super::control::Control;
use crate::client::{Event, Ominipg};
use crate::error::ErrorKind;

/// What may go wrong.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    /// The guest runs into what it cannot do.
    Trap,
    /// The host panics.
    Panic,
}

/// Lets the fault happen that was asked for, inside of an import.
pub(super) fn strike(control: &Control) -> wasmtime::Result<()> {
    match control.fault.lock().unwrap_or_else(PoisonError::into_inner).take() {
        None => Ok(()),
        Some(Fault::Trap) => Err(wasmtime::Trap::UnreachableCodeReached.into()),
        Some(Fault::Panic) => panic!("a panic on purpose"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_ends_one_database() {
    let other = Ominipg::connect(":memory:").await.unwrap();
    for fault in [Fault::Trap, Fault::Panic] {
        let folder = std::env::temp_dir().join(format!("ominipg-fault-{fault:?}-{}", std::process::id()));
        let url = format!("file://{}", folder.display());
        let db = Ominipg::connect(url.as_str()).await.unwrap();
        db.batch_execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)").await.unwrap();
        let mut events = db.events();
        let call = |sql: &'static str| {
            let db = db.clone();
            tokio::spawn(async move { db.query(sql, &[]).await.map(drop) })
        };
        let running = call("SELECT pg_sleep(600)");
        tokio::time::sleep(Duration::from_millis(50)).await;
        let waiting = call("SELECT 1");
        tokio::time::sleep(Duration::from_millis(20)).await;
        db.backend().sessions().unwrap().fail(fault);
        let later = async { db.query("SELECT 1", &[]).await.map(drop) };
        for result in [running.await.unwrap(), waiting.await.unwrap(), later.await] {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Engine, "{fault:?}: {error}");
            assert!(error.to_string().contains("the embedded engine failed"), "{fault:?}: {error}");
        }
        assert!(matches!(events.next().await, Some(Event::Connected { .. })));
        assert!(matches!(events.next().await, Some(Event::Error { kind: ErrorKind::Engine, .. })));
        db.close().await.unwrap();

        let again = Ominipg::connect(url.as_str()).await.unwrap();
        assert_eq!(again.query("SELECT n FROM kept", &[]).await.unwrap().len(), 1);
        again.close().await.unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
    }
    assert_eq!(other.query("SELECT 1", &[]).await.unwrap().len(), 1);
}
