//! What the sessions listen to, in PostgreSQL's memory.

use wasmtime::{Instance, Store, TypedFunc};

use super::{Backend, function};
use crate::embedded::host::Host;
use crate::embedded::link;
use crate::embedded::switchboard::Channels;
use crate::embedded::variables::LISTEN_CHANNELS;
use crate::embedded::wasi::Guest;
use crate::embedded::wasi::errno::{Errno, Result};

/// What keeps the backend among those that are told of notifications, while no session's own list is put in.
const STAY: &str = "LISTEN \"ominipg\"";

/// PostgreSQL's functions on lists, and the memory that they outlive transactions in.
pub(super) struct Lists {
    copy_string: TypedFunc<(i32, i32), i32>,
    append: TypedFunc<(i32, i32), i32>,
    free: TypedFunc<i32, ()>,
    current_context: u32,
    top_context: u32,
}

impl Lists {
    pub(super) fn of(store: &mut Store<Host>, instance: Instance) -> wasmtime::Result<Self> {
        let mut address = |name: &str| {
            link::address(store, instance, name)
                .ok_or_else(|| wasmtime::format_err!("the engine has no {name}"))
        };
        let (current_context, top_context) = (address("CurrentMemoryContext")?, address("TopMemoryContext")?);
        Ok(Self {
            copy_string: function(store, instance, "MemoryContextStrdup")?,
            append: function(store, instance, "lappend")?,
            free: function(store, instance, "list_free_deep")?,
            current_context,
            top_context,
        })
    }
}

fn broken(errno: Errno) -> wasmtime::Error {
    wasmtime::format_err!("PostgreSQL's list of channels is not as it must be: {errno:?}")
}

/// The strings on a list, by their addresses: its kind, length, room, and where its cells are.
fn strings(guest: &Guest<'_>, list: u32) -> Result<Vec<(u32, String)>> {
    if list == 0 {
        return Ok(Vec::new());
    }
    let (len, cells) = (guest.read_u32(list + 4)?, guest.read_u32(list + 12)?);
    // A channel's name takes more memory than this, so that the bound is never met but by a broken list.
    if len > 1 << 20 {
        return Err(Errno::INVAL);
    }
    (0..len)
        .map(|index| {
            let at = guest.read_u32(cells + index * 4)?;
            Ok((at, guest.c_string(at, 64)?.to_owned()))
        })
        .collect()
}

/// The channels that PostgreSQL has now.
fn channels(guest: &Guest<'_>) -> Result<Channels> {
    let list = guest.read_u32(LISTEN_CHANNELS)?;
    let names = strings(guest, list)?.into_iter().map(|(_, name)| name).collect();
    Ok(Channels { list, names })
}

/// Makes what outlives transactions the current memory; gives it, and what was current.
fn enter(guest: &mut Guest<'_>, lists: &Lists) -> Result<(u32, u32)> {
    let (top, current) = (guest.read_u32(lists.top_context)?, guest.read_u32(lists.current_context)?);
    guest.write_u32(lists.current_context, top)?;
    Ok((top, current))
}

impl Backend {
    /// After a turn that may have changed what its session listens to.
    pub(super) async fn settle_channels(&mut self) -> wasmtime::Result<()> {
        if let Some(session) = self.board.listened() {
            let channels = channels(&Guest::new(&mut self.store)).map_err(broken)?;
            self.board.set_channels(session, channels);
            self.join_channels().await?;
        }
        Ok(())
    }

    /// Frees the list of a session that is gone.
    pub(super) async fn free_channels(&mut self, list: u32) -> wasmtime::Result<()> {
        if list != 0 {
            self.free_list(list).await?;
            self.join_channels().await?;
        }
        Ok(())
    }

    /// Makes one list of all sessions' channels, and puts it in.
    async fn join_channels(&mut self) -> wasmtime::Result<()> {
        let before = self.board.all();
        if before != 0 {
            self.free_list(before).await?;
        }
        let mut joined = Vec::new();
        for list in self.board.lists() {
            for (at, name) in strings(&Guest::new(&mut self.store), list).map_err(broken)? {
                if !joined.iter().any(|(_, other)| *other == name) {
                    joined.push((at, name));
                }
            }
        }
        // PostgreSQL forgets a backend whose list is empty at a commit, and must not where others listen.
        Guest::new(&mut self.store).write_u32(LISTEN_CHANNELS, 0).map_err(broken)?;
        self.board.set_all(0);
        let all = if joined.is_empty() {
            if before != 0 {
                self.query("UNLISTEN *").await?;
            }
            0
        } else {
            self.query(STAY).await?;
            let mut all = Guest::new(&mut self.store).read_u32(LISTEN_CHANNELS).map_err(broken)?;
            for (at, _) in joined {
                all = self.append(all, at).await?;
            }
            all
        };
        self.board.set_all(all);
        Guest::new(&mut self.store).write_u32(LISTEN_CHANNELS, all).map_err(broken)
    }

    /// Appends a copy of a string to a list, in memory that outlives transactions.
    async fn append(&mut self, list: u32, string: u32) -> wasmtime::Result<u32> {
        let lists = &self.interface.lists;
        let (top, current) = enter(&mut Guest::new(&mut self.store), lists).map_err(broken)?;
        let copy = lists.copy_string.call_async(&mut self.store, (top as i32, string as i32)).await?;
        let list = lists.append.call_async(&mut self.store, (list as i32, copy)).await?;
        Guest::new(&mut self.store).write_u32(lists.current_context, current).map_err(broken)?;
        Ok(list as u32)
    }

    async fn free_list(&mut self, list: u32) -> wasmtime::Result<()> {
        self.interface.lists.free.call_async(&mut self.store, list as i32).await
    }
}
