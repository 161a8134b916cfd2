//! Pipes and epoll: what PostgreSQL's latch sleeps on.

use std::time::{Duration, Instant};

use wasmtime::{Caller, Linker, Result};

use super::descriptors::{Interest, Kind, OpenFile};
use super::errno::{self, Errno};
use super::guest::Guest;
use super::{WASI, WASIX, answer};
use crate::embedded::host::Host;
use crate::embedded::session_end::SessionEnd;

const IN: u32 = 1;
const OUT: u32 = 2;

/// How long one nap lasts before the host looks at PostgreSQL's timers, and whether the database is being closed.
const NAP: Duration = Duration::from_millis(5);

/// SIGALRM: a timer of PostgreSQL may be due.
const ALARM: i32 = 14;

/// The longest name of a setting that is read, in bytes.
const LONGEST_NAME: u32 = 256;

pub(super) fn add_to(linker: &mut Linker<Host>) -> Result<()> {
    linker.func_wrap(WASIX, "fd_pipe", |mut caller: Caller<'_, Host>, reader: u32, writer: u32| {
        answer(&mut caller, |guest, host| {
            let (from, to) = host.descriptors.pipe()?;
            guest.write_u32(reader, from)?;
            guest.write_u32(writer, to)
        })
    })?;
    linker.func_wrap(WASIX, "epoll_create", |mut caller: Caller<'_, Host>, result: u32| {
        answer(&mut caller, |guest, host| {
            let fd = host.descriptors.insert(OpenFile::new(Kind::Epoll(Vec::new()), String::new()))?;
            guest.write_u32(result, fd)
        })
    })?;
    linker.func_wrap(
        WASIX,
        "epoll_ctl",
        |mut caller: Caller<'_, Host>, epoll: u32, operation: u32, fd: u32, event: u32| {
            answer(&mut caller, |guest, host| {
                let Kind::Epoll(interests) = &mut host.descriptors.get_mut(epoll)?.kind else {
                    return Err(Errno::INVAL);
                };
                interests.retain(|interest| interest.fd != fd);
                // 0 adds, 1 changes, 2 removes.
                if operation < 2 {
                    let mut data = [0; 24];
                    data.copy_from_slice(guest.bytes(event + 8, 24)?);
                    interests.push(Interest { fd, events: guest.read_u32(event)?, data });
                }
                Ok(())
            })
        },
    )?;
    linker.func_wrap_async(
        WASIX,
        "epoll_wait",
        |mut caller, (epoll, events, room, timeout, result): (u32, u32, u32, u64, u32)| {
            Box::new(async move {
                let deadline = Instant::now().checked_add(Duration::from_nanos(timeout));
                let control = caller.data().control.clone();
                let ready = loop {
                    let ready = match ready(caller.data(), epoll) {
                        Ok(ready) => ready,
                        Err(errno) => return Ok(i32::from(errno.0)),
                    };
                    let left =
                        deadline.map_or(NAP, |deadline| deadline.saturating_duration_since(Instant::now()));
                    // What is interrupted finds nothing ready, and looks at its interrupts.
                    let done = left.is_zero() || control.is_interrupted() || caller.data().board.is_closing();
                    if !ready.is_empty() || done {
                        break ready;
                    }
                    control.leave_caller().await;
                    control.nap(left.min(NAP));
                    if control.has_timer()
                        && let Some(handler) = caller.data().signal_handler.clone()
                    {
                        handler.call_async(&mut caller, ALARM).await?;
                    }
                };
                Ok(answer(&mut caller, |guest, _| {
                    let count = ready.len().min(room as usize);
                    for (index, (flags, data)) in ready[..count].iter().enumerate() {
                        let at = events + 32 * index as u32;
                        guest.write_u32(at, *flags)?;
                        guest.write(at + 8, data)?;
                    }
                    guest.write_u32(result, count as u32)
                }))
            })
        },
    )?;
    // Called from the head of `ProcessInterrupts`: PostgreSQL can be left alone here.
    linker.func_wrap_async(WASI, "sched_yield", |mut caller, (): ()| {
        Box::new(async move {
            let control = caller.data().control.clone();
            #[cfg(test)]
            crate::embedded::faults::strike(&control)?;
            if control.take_alarm()
                && let Some(handler) = caller.data().signal_handler.clone()
            {
                handler.call_async(&mut caller, ALARM).await?;
            }
            let board = caller.data().board.clone();
            if !board.is_closing()
                && let Ok(Some(end)) = SessionEnd::take(&mut Guest::new(&mut caller))
            {
                board.end_current(end, &control);
            }
            if control.take_leave() {
                control.leave_caller().await;
            }
            Ok(0i32)
        })
    })?;
    // Called from the head of `set_config_option`, with the setting's name.
    linker.func_wrap(WASIX, "tty_set", |mut caller: Caller<'_, Host>, name: u32| {
        answer(&mut caller, |guest, host| {
            host.board.touch(guest.c_string(name, LONGEST_NAME)?);
            Ok(())
        })
    })?;
    Ok(())
}

fn ready(host: &Host, epoll: u32) -> errno::Result<Vec<(u32, [u8; 24])>> {
    let Kind::Epoll(interests) = &host.descriptors.get(epoll)?.kind else {
        return Err(Errno::INVAL);
    };
    let mut ready = Vec::new();
    for interest in interests {
        let possible = match host.descriptors.get(interest.fd).map(|file| &file.kind) {
            Ok(Kind::PipeReader(pipe)) if !host.descriptors.pipes[*pipe].is_empty() => IN,
            Ok(Kind::Input | Kind::Output) => OUT | if host.board.has_input() { IN } else { 0 },
            _ => 0,
        };
        if interest.events & possible != 0 {
            ready.push((interest.events & possible, interest.data));
        }
    }
    Ok(ready)
}
