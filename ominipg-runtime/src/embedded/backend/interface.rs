//! The functions that drive a backend, and what PostgreSQL asks between two messages.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use wasmtime::{Func, Global, Instance, Store, TypedFunc};

use super::function;
use super::listening::Lists;
use super::objects;
use crate::embedded::driver;
use crate::embedded::flush;
use crate::embedded::host::Host;
use crate::embedded::switchboard::Next;
use crate::embedded::variables::{IDLE_IN_TRANSACTION_TIMEOUT, TRANSACTION_TIMEOUT, has_locks};
use crate::embedded::wasi::Guest;

/// The functions that drive a backend.
pub(super) struct Interface {
    pub(super) stack_pointer: Global,
    pub(super) drive: TypedFunc<(), ()>,
    pub(super) main_loop_once: TypedFunc<(), ()>,
    pub(super) recover: TypedFunc<(), ()>,
    pub(super) signal: TypedFunc<i32, ()>,
    pub(super) set_option: TypedFunc<(i32, i32, i32, i32), ()>,
    pub(super) subtransaction: TypedFunc<(), i32>,
    pub(super) lists: Lists,
    /// What PostgreSQL is to call with what happens to objects.
    pub(super) access: Option<Func>,
    pub(super) create_table: TypedFunc<(i32, i32, i32, i32), i32>,
    pub(super) evict_buffers: TypedFunc<(u32, u32, u32), ()>,
}

impl Interface {
    pub(super) async fn of(store: &mut Store<Host>, instance: Instance) -> wasmtime::Result<Self> {
        let artefacts = store.data().artefacts.clone();
        let next = Func::wrap_async(&mut *store, |mut caller, (): ()| {
            Box::new(async move {
                let (board, control) = (caller.data().board.clone(), caller.data().control.clone());
                loop {
                    flush::flush_if_due(&mut caller).await?;
                    let has_locks = has_locks(&Guest::new(&mut caller)).unwrap_or_default();
                    match board.next(&control, has_locks) {
                        Next::Read => {
                            if let Some(flush) = &caller.data().flush {
                                flush.statement_came();
                            }
                            return Ok(0i32);
                        }
                        Next::Host => return Ok(1),
                        Next::Worker => control.leave_caller().await,
                        Next::Wait => {
                            control.set_memory(caller.data().memory().data_size(&caller) as u64);
                            let limits = [IDLE_IN_TRANSACTION_TIMEOUT, TRANSACTION_TIMEOUT]
                                .map(|at| Guest::new(&mut caller).read_u32(at).unwrap_or_default());
                            let [idle, transaction] =
                                limits.map(|limit| Duration::from_millis(u64::from(limit)));
                            board.limit_idle(idle, transaction);
                            yield_now().await;
                        }
                    }
                }
            })
        });
        let object = objects::import(store);
        let settle = flush::import(store);
        let mut imports = Vec::new();
        for name in driver::IMPORTS {
            let import = match name {
                "next" => Some(next),
                "object" => Some(object),
                "settle" => Some(settle),
                name => instance.get_func(&mut *store, name),
            };
            imports.push(import.ok_or_else(|| wasmtime::format_err!("the engine has no {name}"))?.into());
        }
        let driver = Instance::new_async(&mut *store, artefacts.driver()?, &imports).await?;
        Ok(Self {
            stack_pointer: store.data().linkage.as_ref().expect("the instance is linked").stack_pointer,
            drive: function(store, driver, driver::DRIVE)?,
            main_loop_once: function(store, instance, "PostgresMainLoopOnce")?,
            recover: function(store, instance, "PostgresMainLongJmp")?,
            signal: function(store, instance, "__wasm_signal")?,
            set_option: function(store, instance, "SetConfigOption")?,
            subtransaction: function(store, instance, "GetCurrentSubTransactionId")?,
            lists: Lists::of(store, instance)?,
            access: driver.get_func(&mut *store, driver::ACCESS),
            create_table: function(store, instance, "hash_create")?,
            evict_buffers: function(store, instance, "EvictAllUnpinnedBuffers")?,
        })
    }
}

/// Suspends the engine until somebody runs it again.
async fn yield_now() {
    let mut yielded = false;
    poll_fn(|_| if std::mem::replace(&mut yielded, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}
