//! Writing the log of commits that did not wait for it.
//!
//! With `synchronous_commit=off` a commit leaves its record in PostgreSQL's WAL buffers. A server's WAL writer comes for it
//! within moments; an embedded backend has no other process, and would keep it until the buffers are full, a checkpoint or
//! the close. So the host does it, where the interval has passed since the first statement that may have brought a commit:
//! before anything else is answered, and otherwise as soon as the watchdog sees it. So no statement is acknowledged while a
//! commit that was acknowledged an interval before it began could still be lost.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use wasmtime::{Caller, Func, Result, Store, WasmParams, WasmResults};

use super::host::Host;
use super::link;

/// How long a commit may wait for the disk.
const INTERVAL: Duration = Duration::from_millis(100);

/// The resource manager of the log itself, and its record that says nothing.
const RM_XLOG_ID: i32 = 0;
const XLOG_NOOP: i32 = 0x20;
/// What that record takes in the log.
const NOOP_SIZE: i64 = 24;

/// The log of one database with relaxed durability.
#[derive(Default)]
pub(super) struct Flush {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When the first statement began that is not known to be without effect.
    since: Option<Instant>,
    /// Where the log ended the last time.
    end: i64,
}

impl Flush {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether something may wait for the disk, and whether it has for long enough.
    pub(super) fn waits(&self) -> (bool, bool) {
        match self.state().since {
            None => (false, false),
            Some(since) => (true, since.elapsed() >= INTERVAL),
        }
    }

    /// Notes that a statement may bring a commit.
    pub(super) fn statement_came(&self) {
        self.state().since.get_or_insert_with(Instant::now);
    }
}

/// What is done before a client is told that PostgreSQL is ready.
pub(super) fn import(store: &mut Store<Host>) -> Func {
    match store.data().flush {
        Some(_) => Func::wrap_async(store, |mut caller, (): ()| {
            Box::new(async move { flush_if_due(&mut caller).await })
        }),
        None => Func::wrap(store, || {}),
    }
}

/// Writes and syncs the log up to its end, if it is time.
///
/// The end is where the next record goes, so one that says nothing is put there. All of this is what any code of PostgreSQL
/// may do at any time outside of a critical section, in or out of a transaction.
pub(super) async fn flush_if_due(caller: &mut Caller<'_, Host>) -> Result<()> {
    let Some(flush) = caller.data().flush.clone().filter(|flush| flush.waits().1) else { return Ok(()) };
    // It ends with a sync, which no caller's thread waits for.
    let control = caller.data().control.clone();
    control.leave_caller().await;
    call::<(), ()>(caller, "XLogBeginInsert", ()).await?;
    let end: i64 = call(caller, "XLogInsert", (RM_XLOG_ID, XLOG_NOOP)).await?;
    let last = {
        let mut state = flush.state();
        state.since = None;
        std::mem::replace(&mut state.end, end)
    };
    // Where nothing came between this record and the last one, nothing waits for the disk.
    if end - last > NOOP_SIZE {
        call::<i64, ()>(caller, "XLogFlush", end).await?;
    }
    Ok(())
}

async fn call<P, R>(caller: &mut Caller<'_, Host>, name: &str, parameters: P) -> Result<R>
where
    P: WasmParams + Sync,
    R: WasmResults + Sync,
{
    let function = link::main_function::<P, R>(caller, name)?;
    function.call_async(&mut *caller, parameters).await
}
