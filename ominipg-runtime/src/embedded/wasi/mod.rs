//! The imports that the engine calls: WASI preview 1 and the part of WASIX that PostgreSQL needs.

mod descriptors;
#[cfg(test)]
mod differential;
pub(super) mod errno;
mod fd;
mod guest;
mod path;
mod position;
mod process;
mod wait;

pub(super) use descriptors::{Descriptors, Kind, OpenFile, SavedDescriptors};
pub(super) use guest::Guest;
pub(super) use process::Exit;

use wasmtime::{Caller, Linker};

use self::errno::Errno;
use super::host::Host;

/// The module name of WASI preview 1.
const WASI: &str = "wasi_snapshot_preview1";
/// The module name of the extensions.
const WASIX: &str = "wasix_32v1";

/// Adds every import that PostgreSQL calls.
pub(super) fn add_to(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    fd::add_to(linker)?;
    path::add_to(linker)?;
    process::add_to(linker)?;
    wait::add_to(linker)
}

/// Runs a call on the guest's memory and the host's state, and answers its error number.
fn answer(
    caller: &mut Caller<'_, Host>,
    call: impl FnOnce(&mut Guest<'_>, &mut Host) -> errno::Result<()>,
) -> i32 {
    let (mut guest, host) = Guest::with_host(caller);
    code(call(&mut guest, host))
}

fn code(result: errno::Result<()>) -> i32 {
    match result {
        Ok(()) => 0,
        Err(Errno(number)) => i32::from(number),
    }
}

/// The number that an unsupported call answers.
pub(super) const ENOSYS: u16 = Errno::NOSYS.0;
