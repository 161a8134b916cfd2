//! Network addresses on the wire.
//!
//! The binary form of `inet` and `cidr` begins with the address family, which PostgreSQL takes from the C library it is
//! built with: 2 and 3 (`AF_INET` and one more) on every usual platform, which all clients expect, but 1 and 2 here. So the
//! four functions that read and write that form are wrapped: their entries in PostgreSQL's table of built-in functions
//! lead to functions of this host, which change the one byte and call the original.

use wasmtime::{Caller, Func, Ref, Result, Store, TypedFunc, format_err};

use super::host::Host;
use super::wasi::Guest;
use super::wasi::errno::Errno;

/// Number and name of the functions, and whether they read.
const FUNCTIONS: [(u32, &str, bool); 4] = [
    (2496, "inet_recv", true),
    (2497, "inet_send", false),
    (2498, "cidr_recv", true),
    (2499, "cidr_send", false),
];

/// The size of an entry in the table of built-in functions: number, arguments and flags, name, function.
const ENTRY: usize = 16;
/// Where a call has its first argument.
const FIRST_ARGUMENT: u32 = 20;
/// Where a message buffer has its position.
const CURSOR: u32 = 12;
/// The length that precedes the bytes of a value.
const LENGTH: u32 = 4;

/// How much larger the family is on the wire.
const SHIFT: u8 = 1;

/// Where the entries of the four functions are, and the functions that are in them; the data of the main module must be
/// in place.
pub(super) fn find(store: &mut Store<Host>) -> Result<Vec<(u32, u32)>> {
    let guest = Guest::new(store);
    let cut = |_| format_err!("PostgreSQL's table of functions is cut");
    let memory = guest.bytes(0, guest.len() as u32).map_err(cut)?;
    FUNCTIONS
        .iter()
        .map(|&(number, name, _)| {
            let at = entry(memory, number, name)
                .ok_or_else(|| format_err!("PostgreSQL's table of functions has no {name}"))?;
            Ok((at, guest.read_u32(at).map_err(cut)?))
        })
        .collect()
}

/// Wraps the four functions; `written` says that the entries lead to the wrapped ones already.
pub(super) fn wrap(store: &mut Store<Host>, entries: &[(u32, u32)], written: bool) -> Result<()> {
    for (&(at, original), (_, name, reads)) in entries.iter().zip(FUNCTIONS) {
        let table = store.data().linkage.as_ref().expect("the instance is linked").table;
        let Some(Ref::Func(Some(original))) = table.get(&mut *store, u64::from(original)) else {
            return Err(format_err!("{name} is not a function"));
        };
        let original = original.typed::<i32, i32>(&mut *store)?;
        let wrapped = if reads { reader(store, original) } else { writer(store, original) };
        let slot = table.grow(&mut *store, 1, Ref::Func(Some(wrapped)))? as u32;
        if !written {
            Guest::new(store).write_u32(at, slot).map_err(|_| format_err!("{name} is cut"))?;
        }
    }
    Ok(())
}

/// The address of the function pointer in the entry for a built-in function.
fn entry(memory: &[u8], number: u32, name: &str) -> Option<u32> {
    // One argument, strict, no set.
    let mut start = number.to_le_bytes().to_vec();
    start.extend([1, 0, 1, 0]);
    let entries = memory
        .chunks_exact(4)
        .enumerate()
        .filter(|(_, word)| **word == start[..4])
        .map(|(index, _)| index * 4);
    entries
        .filter_map(|at| memory.get(at..at + ENTRY).map(|entry| (at, entry)))
        .find(|(_, entry)| {
            let text = u32::from_le_bytes([entry[8], entry[9], entry[10], entry[11]]) as usize;
            let text = memory.get(text..text + name.len() + 1);
            entry[..8] == start && text.is_some_and(|text| text.strip_suffix(&[0]) == Some(name.as_bytes()))
        })
        .map(|(at, _)| at as u32 + 12)
}

/// Turns the client's family into the engine's before the original reads it.
fn reader(store: &mut Store<Host>, original: TypedFunc<i32, i32>) -> Func {
    Func::wrap_async(store, move |mut caller: Caller<'_, Host>, (call,): (i32,)| {
        let original = original.clone();
        Box::new(async move {
            shift(&mut Guest::new(&mut caller), call as u32);
            original.call_async(&mut caller, call).await
        })
    })
}

/// Turns the family that the message in the first argument of `call` has next; a message that is too short is the
/// original's to refuse.
fn shift(guest: &mut Guest<'_>, call: u32) {
    let place = |guest: &Guest<'_>| {
        let buffer = guest.read_u32(call + FIRST_ARGUMENT)?;
        Ok::<u32, Errno>(guest.read_u32(buffer)? + guest.read_u32(buffer + CURSOR)?)
    };
    if let Ok(at) = place(guest)
        && let Ok([family]) = guest.bytes_mut(at, 1)
    {
        *family = family.wrapping_sub(SHIFT);
    }
}

/// Turns the engine's family into the client's after the original wrote it.
fn writer(store: &mut Store<Host>, original: TypedFunc<i32, i32>) -> Func {
    Func::wrap_async(store, move |mut caller: Caller<'_, Host>, (call,): (i32,)| {
        let original = original.clone();
        Box::new(async move {
            let value = original.call_async(&mut caller, call).await?;
            if let Ok([family]) = Guest::new(&mut caller).bytes_mut(value as u32 + LENGTH, 1) {
                *family = family.wrapping_add(SHIFT);
            }
            Ok(value)
        })
    })
}
