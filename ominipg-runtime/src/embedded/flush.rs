//! Writing the log of commits that did not wait for it.
//!
//! With `synchronous_commit=off` a commit leaves its record in PostgreSQL's WAL buffers. A server's WAL writer comes for it
//! within moments; an embedded backend has no other process, and would keep it until the buffers are full, a checkpoint or
//! the close. So the host does it: where PostgreSQL waits for input and the interval has passed since the first input that
//! may have brought a commit, the log is written and synced.

mod alarm;

use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use wasmtime::{Caller, Result, WasmParams, WasmResults, format_err};

use self::alarm::Alarm;
use super::host::Host;

/// How long a commit may wait for the disk.
const INTERVAL: Duration = Duration::from_millis(100);

/// The resource manager of the log itself, and its record that says nothing.
const RM_XLOG_ID: i32 = 0;
const XLOG_NOOP: i32 = 0x20;
/// What that record takes in the log.
const NOOP_SIZE: i64 = 24;

/// The log of one database with relaxed durability.
pub(super) struct Flush {
    alarm: Alarm,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When the first input came that is not known to be without effect.
    since: Option<Instant>,
    /// Where the log ended the last time.
    end: i64,
}

impl Flush {
    pub(super) fn start() -> io::Result<Arc<Self>> {
        Ok(Arc::new(Self { alarm: Alarm::start()?, state: Mutex::default() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ready when the log must be written.
    fn poll_due(&self, cx: &Context<'_>) -> Poll<()> {
        let Some(since) = self.state().since else { return Poll::Pending };
        let due = since + INTERVAL;
        if Instant::now() >= due {
            return Poll::Ready(());
        }
        self.alarm.set(due, cx.waker());
        Poll::Pending
    }

    fn input_came(&self) {
        self.state().since.get_or_insert_with(Instant::now);
    }
}

/// Waits until PostgreSQL has something to read, or the end; meanwhile the log is written where it is time.
pub(super) async fn input(caller: &mut Caller<'_, Host>) -> Result<()> {
    let wire = caller.data().wire.clone();
    let Some(flush) = caller.data().flush.clone() else {
        wire.readable().await;
        return Ok(());
    };
    loop {
        let mut readable = pin!(wire.readable());
        // A busy client must not put it off, so that time is asked first.
        let due = poll_fn(|cx| match flush.poll_due(cx) {
            Poll::Ready(()) => Poll::Ready(true),
            Poll::Pending => readable.as_mut().poll(cx).map(|()| false),
        });
        if !due.await {
            flush.input_came();
            return Ok(());
        }
        write_log(caller, &flush).await?;
    }
}

/// Writes and syncs the log up to its end.
///
/// The end is where the next record goes, so one that says nothing is put there. All of this is what any code of PostgreSQL
/// may do at any time outside of a critical section, in or out of a transaction.
async fn write_log(caller: &mut Caller<'_, Host>, flush: &Flush) -> Result<()> {
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
    let main = caller.data().linkage.as_ref().and_then(|linkage| linkage.main);
    let main = main.ok_or_else(|| format_err!("the guest runs only after it is linked"))?;
    let function = main.get_typed_func::<P, R>(&mut *caller, name)?;
    function.call_async(&mut *caller, parameters).await
}
