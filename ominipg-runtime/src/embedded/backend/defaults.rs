//! What a server notes when a user logs in, and PostgreSQL in a single process does not.

use super::{Backend, function};
use crate::embedded::wasi::Guest;

/// The setting that tells whose the session is, as C has it.
const SETTING: &[u8] = b"session_authorization\0";

/// What the user's name is kept to, with the zero at its end.
const NAME_LENGTH: usize = 64;
/// Room for both on the guest's stack, which is aligned to 16 bytes.
const ROOM: i32 = 32 + NAME_LENGTH as i32;

/// The user that a cluster begins with, whatever its name is now.
const FIRST_USER: &str = "SELECT rolname FROM pg_authid WHERE oid = 10";

/// Who may make a setting, and where it comes from: a client at its login, over all files.
const BY_CLIENT: i32 = 4;
const OVERRIDE: i32 = 10;

impl Backend {
    /// Notes the first user as the one that the session began with: it is what `RESET SESSION AUTHORIZATION` goes back to.
    /// Without it that does nothing, and a role that one session takes stays with all.
    pub(super) async fn log_in(&mut self) -> wasmtime::Result<()> {
        // PostgreSQL looks the name up, which it does in a transaction only.
        self.query("BEGIN").await?;
        let name = self.query(FIRST_USER).await?.into_iter().flatten().flatten().next();
        let mut name =
            name.ok_or_else(|| wasmtime::format_err!("the cluster has no first user"))?.into_bytes();
        name.resize(NAME_LENGTH, 0);
        let main = self.store.data().linkage.as_ref().and_then(|linkage| linkage.main);
        let main = main.ok_or_else(|| wasmtime::format_err!("the engine is not linked"))?;
        let set = function::<(i32, i32, i32, i32), ()>(&mut self.store, main, "SetConfigOption")?;
        let stack = self.interface.stack_pointer;
        let before = stack.get(&mut self.store);
        let value = before.unwrap_i32() - ROOM;
        let setting = value + NAME_LENGTH as i32;
        stack.set(&mut self.store, value.into())?;
        let mut guest = Guest::new(&mut self.store);
        let written = guest.write(value as u32, &name).and_then(|()| guest.write(setting as u32, SETTING));
        written.map_err(|errno| wasmtime::format_err!("the stack is out of its memory: {errno:?}"))?;
        set.call_async(&mut self.store, (setting, value, BY_CLIENT, OVERRIDE)).await?;
        stack.set(&mut self.store, before)?;
        self.query("COMMIT").await.map(drop)
    }
}
