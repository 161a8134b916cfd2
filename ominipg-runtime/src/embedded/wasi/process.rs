//! Arguments, environment, clocks, randomness, signals and the end of a process.

use std::time::{SystemTime, UNIX_EPOCH};

use wasmtime::{Caller, Linker, Result};

use super::errno::Errno;
use super::guest::Guest;
use super::{WASI, WASIX, answer};
use crate::embedded::host::Host;

/// PostgreSQL's process number; a stale `postmaster.pid` with the same number is accepted.
const PID: u32 = 42;

/// The guest ended its run with a code: 99 alive, 100 an ERROR at top level, 0 and 1 ended.
#[derive(Debug, thiserror::Error)]
#[error("the engine left with code {0}")]
pub(in crate::embedded) struct Exit(pub(in crate::embedded) i32);

pub(super) fn add_to(linker: &mut Linker<Host>) -> Result<()> {
    linker.func_wrap(WASI, "args_sizes_get", |mut caller: Caller<'_, Host>, count: u32, bytes: u32| {
        answer(&mut caller, |guest, host| sizes(guest, &host.arguments, count, bytes))
    })?;
    linker.func_wrap(WASI, "args_get", |mut caller: Caller<'_, Host>, list: u32, bytes: u32| {
        answer(&mut caller, |guest, host| strings(guest, &host.arguments, list, bytes))
    })?;
    linker.func_wrap(WASI, "environ_sizes_get", |mut caller: Caller<'_, Host>, count: u32, bytes: u32| {
        answer(&mut caller, |guest, host| sizes(guest, &host.environment, count, bytes))
    })?;
    linker.func_wrap(WASI, "environ_get", |mut caller: Caller<'_, Host>, list: u32, bytes: u32| {
        answer(&mut caller, |guest, host| strings(guest, &host.environment, list, bytes))
    })?;
    linker.func_wrap(
        WASI,
        "clock_time_get",
        |mut caller: Caller<'_, Host>, clock: u32, _precision: u64, result: u32| {
            answer(&mut caller, |guest, host| {
                let now = match clock {
                    0 => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
                    _ => host.clock.now(),
                };
                guest.write_u64(result, now.as_nanos() as u64)
            })
        },
    )?;
    linker.func_wrap(WASI, "random_get", |mut caller: Caller<'_, Host>, at: u32, len: u32| {
        answer(&mut caller, |guest, _| getrandom::fill(guest.bytes_mut(at, len)?).map_err(|_| Errno::IO))
    })?;
    linker.func_wrap(WASIX, "proc_id", |mut caller: Caller<'_, Host>, result: u32| {
        answer(&mut caller, |guest, _| guest.write_u32(result, PID))
    })?;
    linker.func_wrap(WASIX, "proc_parent", |mut caller: Caller<'_, Host>, _pid: u32, result: u32| {
        answer(&mut caller, |guest, _| guest.write_u32(result, 1))
    })?;
    linker.func_wrap(WASIX, "proc_signals_sizes_get", |mut caller: Caller<'_, Host>, result: u32| {
        answer(&mut caller, |guest, _| guest.write_u32(result, 0))
    })?;
    linker.func_wrap(WASIX, "proc_signals_get", |_: Caller<'_, Host>, _: u32| 0i32)?;
    linker.func_wrap(WASIX, "callback_signal", |_: Caller<'_, Host>, _: u32, _: u32| {})?;
    // The interval that is passed is always 0: that PostgreSQL waits for a signal is all that this tells.
    linker.func_wrap(WASIX, "proc_raise_interval", |caller: Caller<'_, Host>, _: u32, _: u64, _: u32| {
        caller.data().control.arm_timer();
        0i32
    })?;
    linker.func_wrap_async(WASIX, "proc_signal", |mut caller, (pid, signal): (u32, u32)| {
        Box::new(async move {
            if pid != PID && pid != PID.wrapping_neg() {
                return Ok(i32::from(Errno::SRCH.0));
            }
            if signal != 0
                && let Some(handler) = caller.data().signal_handler.clone()
            {
                handler.call_async(&mut caller, signal as i32).await?;
            }
            Ok(0i32)
        })
    })?;
    linker.func_wrap(WASIX, "proc_exit2", |_: Caller<'_, Host>, code: i32| -> Result<()> {
        Err(wasmtime::Error::new(Exit(code)))
    })?;
    Ok(())
}

fn sizes(guest: &mut Guest<'_>, list: &[String], count: u32, bytes: u32) -> super::errno::Result<()> {
    guest.write_u32(count, list.len() as u32)?;
    guest.write_u32(bytes, list.iter().map(|item| item.len() as u32 + 1).sum())
}

fn strings(
    guest: &mut Guest<'_>,
    list: &[String],
    mut pointers: u32,
    mut at: u32,
) -> super::errno::Result<()> {
    for item in list {
        guest.write_u32(pointers, at)?;
        guest.write(at, item.as_bytes())?;
        guest.write(at + item.len() as u32, &[0])?;
        pointers += 4;
        at += item.len() as u32 + 1;
    }
    Ok(())
}
