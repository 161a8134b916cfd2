//! Calls on descriptors.

use wasmtime::{Caller, Linker, Result};

use super::descriptors::{Kind, OpenFile};
use super::errno::{self, Errno};
use super::guest::Guest;
use super::{WASI, WASIX, answer, code, position};
use crate::embedded::files::{FileType, Handle};
use crate::embedded::host::Host;
use crate::embedded::variables::LISTEN_CHANNELS;

const APPEND: u16 = 1;
const NONBLOCK: u16 = 4;

/// What PostgreSQL keeps for a descriptor that it never opened.
const NO_DESCRIPTOR: u32 = u32::MAX;

pub(super) fn add_to(linker: &mut Linker<Host>) -> Result<()> {
    // Reading the wire waits for the client and writing it for room, so these two may suspend the fiber.
    linker.func_wrap_async(
        WASI,
        "fd_read",
        |mut caller, (fd, list, count, result): (u32, u32, u32, u32)| {
            Box::new(async move {
                if let Ok(OpenFile { kind: Kind::Input, .. }) = caller.data().descriptors.get(fd) {
                    let board = caller.data().board.clone();
                    board.readable().await;
                }
                answer(&mut caller, |guest, host| {
                    // The pipe by which a backend sees that its postmaster lives: there is none, so that it never dies.
                    if fd == NO_DESCRIPTOR {
                        return Err(Errno::AGAIN);
                    }
                    let total = read_all(guest, host, fd, None, list, count)?;
                    // What was read may change what the session listens to: then PostgreSQL has its list alone.
                    if let Some(list) = host.board.take_list() {
                        guest.write_u32(LISTEN_CHANNELS, list)?;
                    }
                    guest.write_u32(result, total)
                })
            })
        },
    )?;
    linker.func_wrap_async(
        WASI,
        "fd_write",
        |mut caller, (fd, list, count, result): (u32, u32, u32, u32)| {
            Box::new(async move {
                if let Ok(OpenFile { kind: Kind::Output, .. }) = caller.data().descriptors.get(fd) {
                    let board = caller.data().board.clone();
                    board.writable().await;
                }
                answer(&mut caller, |guest, host| {
                    let total = write_all(guest, host, fd, None, list, count)?;
                    guest.write_u32(result, total)
                })
            })
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_pread",
        |mut caller: Caller<'_, Host>, fd: u32, list: u32, count: u32, offset: u64, result: u32| {
            answer(&mut caller, |guest, host| {
                let total = read_all(guest, host, fd, Some(offset), list, count)?;
                guest.write_u32(result, total)
            })
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_pwrite",
        |mut caller: Caller<'_, Host>, fd: u32, list: u32, count: u32, offset: u64, result: u32| {
            answer(&mut caller, |guest, host| {
                let total = write_all(guest, host, fd, Some(offset), list, count)?;
                guest.write_u32(result, total)
            })
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_seek",
        |mut caller: Caller<'_, Host>, fd: u32, offset: i64, whence: u32, result: u32| {
            answer(&mut caller, |guest, host| {
                let size = host.metadata(fd)?.size;
                let position = position::seek(host.descriptors.get_mut(fd)?, size, offset, whence)?;
                guest.write_u64(result, position)
            })
        },
    )?;
    linker.func_wrap(WASI, "fd_close", |mut caller: Caller<'_, Host>, fd: u32| {
        answer(&mut caller, |_, host| {
            let closed = host.descriptors.close(fd)?;
            host.release(closed);
            Ok(())
        })
    })?;
    linker.func_wrap(WASI, "fd_renumber", |mut caller: Caller<'_, Host>, from: u32, to: u32| {
        answer(&mut caller, |_, host| {
            let closed = host.descriptors.renumber(from, to)?;
            host.release(closed);
            Ok(())
        })
    })?;
    linker.func_wrap(WASIX, "fd_dup", |mut caller: Caller<'_, Host>, fd: u32, result: u32| {
        answer(&mut caller, |guest, host| {
            let new = host.descriptors.duplicate(fd, 0, false)?;
            guest.write_u32(result, new)
        })
    })?;
    linker.func_wrap(
        WASIX,
        "fd_dup2",
        |mut caller: Caller<'_, Host>, fd: u32, least: u32, close_on_exec: u32, result: u32| {
            answer(&mut caller, |guest, host| {
                let new = host.descriptors.duplicate(fd, least, close_on_exec != 0)?;
                guest.write_u32(result, new)
            })
        },
    )?;
    add_metadata(linker)
}

fn add_metadata(linker: &mut Linker<Host>) -> Result<()> {
    linker.func_wrap(WASI, "fd_fdstat_get", |mut caller: Caller<'_, Host>, fd: u32, result: u32| {
        answer(&mut caller, |guest, host| {
            let kind = host.metadata(fd)?.kind;
            let file = host.descriptors.get(fd)?;
            let flags = if file.append { APPEND } else { 0 } | if file.nonblocking { NONBLOCK } else { 0 };
            let mut stat = [0u8; 24];
            stat[0] = number(kind);
            stat[2..4].copy_from_slice(&flags.to_le_bytes());
            stat[8..24].fill(0xff); // every right
            guest.write(result, &stat)
        })
    })?;
    linker.func_wrap(WASI, "fd_fdstat_set_flags", |mut caller: Caller<'_, Host>, fd: u32, flags: u32| {
        answer(&mut caller, |_, host| {
            let file = host.descriptors.get_mut(fd)?;
            file.append = flags as u16 & APPEND != 0;
            file.nonblocking = flags as u16 & NONBLOCK != 0;
            Ok(())
        })
    })?;
    linker.func_wrap(WASIX, "fd_fdflags_get", |mut caller: Caller<'_, Host>, fd: u32, result: u32| {
        answer(&mut caller, |guest, host| {
            let flags = u16::from(host.descriptors.close_on_exec(fd)?);
            guest.write(result, &flags.to_le_bytes())
        })
    })?;
    linker.func_wrap(WASIX, "fd_fdflags_set", |mut caller: Caller<'_, Host>, fd: u32, flags: u32| {
        answer(&mut caller, |_, host| host.descriptors.set_close_on_exec(fd, flags & 1 != 0))
    })?;
    linker.func_wrap(WASI, "fd_filestat_get", |mut caller: Caller<'_, Host>, fd: u32, result: u32| {
        answer(&mut caller, |guest, host| {
            let metadata = host.metadata(fd)?;
            guest.write(result, &filestat(metadata))
        })
    })?;
    linker.func_wrap(WASI, "fd_filestat_set_size", |mut caller: Caller<'_, Host>, fd: u32, size: u64| {
        answer(&mut caller, |_, host| match &host.descriptors.get(fd)?.kind {
            Kind::File(handle) => host.tree.set_len(handle, size),
            _ => Err(Errno::INVAL),
        })
    })?;
    linker.func_wrap(
        WASI,
        "fd_allocate",
        |mut caller: Caller<'_, Host>, fd: u32, offset: u64, len: u64| {
            answer(&mut caller, |_, host| {
                let size = host.metadata(fd)?.size;
                let end = offset.checked_add(len).ok_or(Errno::FBIG)?;
                match &host.descriptors.get(fd)?.kind {
                    Kind::File(handle) if end > size => host.tree.set_len(handle, end),
                    Kind::File(_) => Ok(()),
                    _ => Err(Errno::INVAL),
                }
            })
        },
    )?;
    linker.func_wrap(WASI, "fd_advise", |_: Caller<'_, Host>, _: u32, _: u64, _: u64, _: u32| 0i32)?;
    for (name, data_only) in [("fd_sync", false), ("fd_datasync", true)] {
        linker.func_wrap_async(WASI, name, move |caller, (fd,): (u32,)| {
            Box::new(async move {
                // A disk takes milliseconds, which a caller's thread does not wait for.
                if let Ok(OpenFile { kind: Kind::File(Handle::Host(_)), .. }) =
                    caller.data().descriptors.get(fd)
                {
                    let control = caller.data().control.clone();
                    control.leave_caller().await;
                }
                let host = caller.data();
                Ok(code(host.descriptors.get(fd).and_then(|file| match &file.kind {
                    Kind::File(handle) => host.tree.sync(handle, &file.path, data_only),
                    _ => Ok(()),
                })))
            })
        })?;
    }
    Ok(())
}

/// The WASI number of a file type.
pub(super) fn number(kind: FileType) -> u8 {
    match kind {
        FileType::Device => 2,
        FileType::Directory => 3,
        FileType::File => 4,
        FileType::Pipe => 0,
    }
}

/// The 64 bytes of a WASI filestat; times are zero, since PostgreSQL decides nothing by them.
pub(super) fn filestat(metadata: crate::embedded::files::Metadata) -> [u8; 64] {
    let mut stat = [0u8; 64];
    stat[0..8].copy_from_slice(&1u64.to_le_bytes());
    stat[8..16].copy_from_slice(&metadata.id.to_le_bytes());
    stat[16] = number(metadata.kind);
    stat[24..32].copy_from_slice(&1u64.to_le_bytes());
    stat[32..40].copy_from_slice(&metadata.size.to_le_bytes());
    stat
}

/// Reads into each part of a list, until one is not filled.
fn read_all(
    guest: &mut Guest<'_>,
    host: &mut Host,
    fd: u32,
    offset: Option<u64>,
    list: u32,
    count: u32,
) -> errno::Result<u32> {
    let mut total = 0;
    for (at, len) in guest.vectors(list, count)? {
        let place = place(offset, total)?;
        let done = read(host, fd, place, guest.bytes_mut(at, len)?);
        if !add(&mut total, done, len)? {
            break;
        }
    }
    Ok(total)
}

/// Writes each part of a list, until one is cut short.
fn write_all(
    guest: &Guest<'_>,
    host: &mut Host,
    fd: u32,
    offset: Option<u64>,
    list: u32,
    count: u32,
) -> errno::Result<u32> {
    let mut total = 0;
    for (at, len) in guest.vectors(list, count)? {
        let place = place(offset, total)?;
        let done = write(host, fd, place, guest.bytes(at, len)?);
        if !add(&mut total, done, len)? {
            break;
        }
    }
    Ok(total)
}

/// Where the next part of a list begins.
fn place(offset: Option<u64>, total: u32) -> errno::Result<Option<u64>> {
    offset.map(|offset| offset.checked_add(u64::from(total)).ok_or(Errno::FBIG)).transpose()
}

/// Adds what was done of a part, and says whether to go on. What was done before an error is the answer: the next call
/// meets the error again.
fn add(total: &mut u32, done: errno::Result<usize>, len: u32) -> errno::Result<bool> {
    match done {
        Ok(n) => {
            *total = total.checked_add(n as u32).ok_or(Errno::INVAL)?;
            Ok(n as u32 == len)
        }
        Err(_) if *total > 0 => Ok(false),
        Err(error) => Err(error),
    }
}

fn read(host: &mut Host, fd: u32, offset: Option<u64>, buffer: &mut [u8]) -> errno::Result<usize> {
    let Host { descriptors, tree, board, .. } = host;
    let file = descriptors.get_mut(fd)?;
    match &file.kind {
        Kind::File(_) => position::read(tree, file, offset, buffer),
        Kind::Input => Ok(board.read(buffer)),
        Kind::PipeReader(pipe) => {
            let pipe = *pipe;
            let bytes = &mut descriptors.pipes[pipe];
            if bytes.is_empty() {
                return Err(Errno::AGAIN);
            }
            let n = bytes.len().min(buffer.len());
            bytes.drain(..n).zip(buffer).for_each(|(byte, target)| *target = byte);
            Ok(n)
        }
        _ => Err(Errno::BADF),
    }
}

fn write(host: &mut Host, fd: u32, offset: Option<u64>, bytes: &[u8]) -> errno::Result<usize> {
    let Host { descriptors, tree, board, log, .. } = host;
    let file = descriptors.get_mut(fd)?;
    match &file.kind {
        Kind::File(_) => position::write(tree, file, offset, bytes),
        Kind::Output => {
            board.write(bytes);
            Ok(bytes.len())
        }
        Kind::Log => {
            log.push(bytes);
            Ok(bytes.len())
        }
        Kind::PipeWriter(pipe) => {
            let pipe = *pipe;
            descriptors.pipes[pipe].extend(bytes);
            Ok(bytes.len())
        }
        _ => Err(Errno::BADF),
    }
}
