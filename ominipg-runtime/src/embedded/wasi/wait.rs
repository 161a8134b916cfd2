//! Pipes and epoll: what PostgreSQL's latch sleeps on.

use std::time::{Duration, Instant};

use wasmtime::{Caller, Linker, Result};

use super::descriptors::{Interest, Kind, OpenFile};
use super::errno::{self, Errno};
use super::{WASIX, answer};
use crate::embedded::host::Host;

const IN: u32 = 1;
const OUT: u32 = 2;

/// How long one nap lasts before the host looks whether the database is being closed.
const NAP: Duration = Duration::from_millis(10);

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
    linker.func_wrap(
        WASIX,
        "epoll_wait",
        |mut caller: Caller<'_, Host>, epoll: u32, events: u32, room: u32, timeout: u64, result: u32| {
            answer(&mut caller, |guest, host| {
                let deadline = Instant::now().checked_add(Duration::from_nanos(timeout));
                loop {
                    let ready = ready(host, epoll)?;
                    let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
                    if !ready.is_empty() || left.is_some_and(|left| left.is_zero()) || host.wire.is_closing()
                    {
                        let count = ready.len().min(room as usize);
                        for (index, (flags, data)) in ready[..count].iter().enumerate() {
                            let at = events + 32 * index as u32;
                            guest.write_u32(at, *flags)?;
                            guest.write(at + 8, data)?;
                        }
                        return guest.write_u32(result, count as u32);
                    }
                    std::thread::sleep(left.map_or(NAP, |left| left.min(NAP)));
                }
            })
        },
    )?;
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
            Ok(Kind::Input | Kind::Output) => OUT | if host.wire.has_input() { IN } else { 0 },
            _ => 0,
        };
        if interest.events & possible != 0 {
            ready.push((interest.events & possible, interest.data));
        }
    }
    Ok(ready)
}
