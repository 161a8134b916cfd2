//! The cursors WITH HOLD of the sessions. PostgreSQL keeps its cursors in one table: a session that has any when its turn
//! ends takes the table with it, and leaves an empty one.

use super::Backend;
use crate::embedded::variables::{cursors, replace_cursors};
use crate::embedded::wasi::Guest;
use crate::embedded::wasi::errno::Errno;

/// PostgreSQL's name for the table.
const NAME: &[u8; 16] = b"Portal hash\0\0\0\0\0";
/// How many cursors it expects.
const EXPECTED: i32 = 16;
/// What the name of a cursor takes, and what an entry does: the name and a pointer.
const KEY: u32 = 64;
const ENTRY: u32 = 68;
/// The words of `HASHCTL`, and where the sizes are among them.
const WORDS: usize = 12;
const KEY_AT: usize = 4;
/// `HASH_ELEM | HASH_STRINGS`.
const FLAGS: i32 = 0x18;

fn broken(errno: Errno) -> wasmtime::Error {
    wasmtime::format_err!("PostgreSQL's cursors are out of its memory: {errno:?}")
}

impl Backend {
    /// Takes the table of the current session's cursors out of PostgreSQL; gives 0 where it has none.
    pub(super) async fn take_cursors(&mut self) -> wasmtime::Result<u32> {
        if cursors(&Guest::new(&mut self.store)).map_err(broken)?.is_none() {
            return Ok(0);
        }
        let empty = match self.spare_cursors.pop() {
            Some(empty) => empty,
            None => self.new_cursors().await?,
        };
        replace_cursors(&mut Guest::new(&mut self.store), empty).map_err(broken)
    }

    /// Puts a table of cursors into PostgreSQL, which has none open.
    pub(super) fn put_cursors(&mut self, table: u32) -> wasmtime::Result<()> {
        if table != 0 {
            let empty = replace_cursors(&mut Guest::new(&mut self.store), table).map_err(broken)?;
            self.spare_cursors.push(empty);
        }
        Ok(())
    }

    /// Makes an empty table, as PostgreSQL does at its start.
    async fn new_cursors(&mut self) -> wasmtime::Result<u32> {
        let mut control = [0; WORDS];
        (control[KEY_AT], control[KEY_AT + 1]) = (KEY, ENTRY);
        let control = control.map(u32::to_le_bytes).concat();
        let stack = self.interface.stack_pointer;
        let before = stack.get(&mut self.store);
        let name = before.unwrap_i32() - (NAME.len() + control.len()) as i32;
        stack.set(&mut self.store, name.into())?;
        self.guest_write(name as u32, &[NAME, &control[..]].concat())?;
        let parameters = (name, EXPECTED, name + NAME.len() as i32, FLAGS);
        let table = self.interface.create_table.call_async(&mut self.store, parameters).await?;
        stack.set(&mut self.store, before)?;
        Ok(table as u32)
    }

    fn guest_write(&mut self, at: u32, bytes: &[u8]) -> wasmtime::Result<()> {
        Guest::new(&mut self.store).write(at, bytes).map_err(broken)
    }
}
