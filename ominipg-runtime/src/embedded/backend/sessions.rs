//! Turns change hands here: what PostgreSQL keeps for one session is taken out, and what it kept for the next is put in.

use super::{Backend, Left};
use crate::embedded::frames;
use crate::embedded::switchboard::{Leaving, SessionId};
use crate::embedded::variables::{self, Values};
use crate::embedded::wasi::Guest;
use crate::embedded::wasi::errno::Errno;

/// What a session that is gone leaves behind is freed with this, and so is its unnamed statement with any query.
const FREE: &str = "DEALLOCATE ALL; DISCARD SEQUENCES; CLOSE ALL";

/// What frees the session-level advisory locks of one that is gone.
const UNLOCK: &str = "SELECT pg_advisory_unlock_all()";

/// What the host asks, and PostgreSQL does not answer as it must.
fn broken(errno: Errno) -> wasmtime::Error {
    wasmtime::format_err!("PostgreSQL's variables are out of its memory: {errno:?}")
}

impl Backend {
    /// Does what there is to do between two turns.
    pub(super) async fn change_turns(&mut self) -> wasmtime::Result<()> {
        self.settle_channels().await?;
        while let Some(leaving) = self.board.take_leaving() {
            let channels = leaving.channels;
            self.free(leaving).await?;
            self.free_channels(channels).await?;
        }
        while let Some(request) = self.board.take_copy() {
            self.copy_files(request).await?;
        }
        if self.board.take_vacuum() {
            self.vacuum().await?;
        }
        let next = self.board.take_next();
        match next {
            Some(id) if self.board.current() != Some(id) => self.switch(id).await?,
            _ => {}
        }
        Ok(())
    }

    /// Takes out what PostgreSQL keeps for the current session.
    async fn take_out(&mut self) -> wasmtime::Result<()> {
        let Some(from) = self.board.current() else { return Ok(()) };
        let settings = self.board.with(from, |_, settings| settings.clone()).unwrap_or_default();
        let settings = self.take_settings(settings).await?;
        let values = self.take_values().await?;
        self.set_apart(&values, from).await?;
        self.board.with(from, |own_values, own_settings| {
            *own_values = values;
            *own_settings = settings;
        });
        Ok(())
    }

    async fn take_values(&mut self) -> wasmtime::Result<Values> {
        let mut values = Values::take(&mut Guest::new(&mut self.store)).map_err(broken)?;
        values.cursors = self.take_cursors().await?;
        Ok(values)
    }

    fn put_values(&mut self, values: Values) -> wasmtime::Result<()> {
        values.put(&mut Guest::new(&mut self.store)).map_err(broken)?;
        self.put_cursors(values.cursors)
    }

    /// The same, so that PostgreSQL is nobody's then.
    pub(super) async fn set_aside(&mut self) -> wasmtime::Result<()> {
        self.take_out().await?;
        self.board.set_current(None);
        Ok(())
    }

    async fn switch(&mut self, to: SessionId) -> wasmtime::Result<()> {
        self.take_out().await?;
        self.board.set_current(Some(to));
        let Some((values, mut settings)) =
            self.board.with(to, |values, settings| (std::mem::take(values), settings.clone()))
        else {
            self.board.set_current(None);
            return Ok(());
        };
        self.put_values(values)?;
        let is_new = !std::mem::replace(&mut settings.begun, true);
        if is_new {
            self.add_login_settings(&mut settings).await?;
            self.board.with(to, |_, own| own.clone_from(&settings));
        }
        if let Some(error) = self.put_settings(&settings, is_new).await? {
            self.board.terminate(to, &frames::fatal(&error));
        }
        Ok(())
    }

    /// Frees what a session that is gone has left behind.
    async fn free(&mut self, leaving: Leaving) -> wasmtime::Result<()> {
        if leaving.current {
            self.take_settings(leaving.settings).await?;
        } else {
            // The current session makes way with its settings too, which might forbid this.
            self.set_aside().await?;
            self.put_values(leaving.values)?;
        }
        if leaving.locks {
            self.ask(UNLOCK).await?;
        }
        let left = self.take_values().await?;
        if !left.is_empty() {
            self.put_values(left)?;
            let [temporary, stored] = left.temporary();
            if temporary != 0 {
                self.ask("DISCARD TEMP").await?;
            }
            self.exchange(&frames::query(FREE)).await?;
            self.take_values().await?;
            if temporary != 0 {
                self.ask(&format!("DELETE FROM pg_namespace WHERE oid IN ({temporary}, {stored})")).await?;
            }
        }
        Ok(())
    }

    /// Names the schemas of a session's temporary tables after it: PostgreSQL empties one that has the name it wants to
    /// give to the next.
    async fn set_apart(&mut self, values: &Values, session: SessionId) -> wasmtime::Result<()> {
        let [temporary, stored] = values.temporary();
        if temporary != 0 {
            let sql = format!(
                "UPDATE pg_namespace SET nspname = nspname || '_{session}' \
                 WHERE oid IN ({temporary}, {stored}) AND nspname ~ '^pg_(toast_)?temp_[0-9]+$'"
            );
            self.ask(&sql).await?;
        }
        Ok(())
    }

    /// Asks PostgreSQL something of the host's own.
    pub(super) async fn ask(&mut self, sql: &str) -> wasmtime::Result<Vec<u8>> {
        self.ask_apart(sql, false).await
    }

    /// The same, of what is cancelled where a client wants PostgreSQL.
    pub(super) async fn ask_while_idle(&mut self, sql: &str) -> wasmtime::Result<Vec<u8>> {
        self.ask_apart(sql, true).await
    }

    /// A query frees the unnamed statement, but what its session has parsed may yet be bound.
    async fn ask_apart(&mut self, sql: &str, while_idle: bool) -> wasmtime::Result<Vec<u8>> {
        let unnamed = variables::replace_unnamed(&mut Guest::new(&mut self.store), 0).map_err(broken)?;
        self.board.ask(&frames::query(sql), while_idle);
        let answer = self.answer().await?;
        variables::replace_unnamed(&mut Guest::new(&mut self.store), unnamed).map_err(broken)?;
        Ok(answer)
    }

    /// Sends messages of the host's own, and gives the answer.
    pub(in crate::embedded) async fn exchange(&mut self, messages: &[u8]) -> wasmtime::Result<Vec<u8>> {
        self.board.ask(messages, false);
        self.answer().await
    }

    async fn answer(&mut self) -> wasmtime::Result<Vec<u8>> {
        loop {
            match self.drive().await? {
                Left::Recovered => {}
                Left::Returned => return Ok(self.board.answer().to_vec()),
                _ => return Err(wasmtime::format_err!("PostgreSQL ended between two turns")),
            }
        }
    }

    /// Asks PostgreSQL something before it has any client, and gives the rows.
    pub(in crate::embedded) async fn query(
        &mut self,
        sql: &str,
    ) -> wasmtime::Result<Vec<Vec<Option<String>>>> {
        let answer = self.ask(sql).await?;
        match frames::refusal(&answer) {
            None => Ok(frames::rows(&answer).collect()),
            Some(refusal) => Err(wasmtime::format_err!("{refusal}: {sql}")),
        }
    }
}

/// What the search for variables looks at.
#[cfg(test)]
impl Backend {
    /// The words of the memory up to `end`.
    pub(in crate::embedded) fn words(&mut self, end: u32) -> Vec<u32> {
        let memory = self.store.data().memory();
        let bytes = &memory.data(&self.store)[..end as usize];
        bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect()
    }

    pub(in crate::embedded) fn guest(&mut self) -> Guest<'_> {
        Guest::new(&mut self.store)
    }

    /// Lets PostgreSQL look at its timers.
    pub(in crate::embedded) async fn alarm(&mut self) -> wasmtime::Result<()> {
        self.interface.signal.call_async(&mut self.store, 14).await
    }

    /// Where a variable is that PostgreSQL exports.
    pub(in crate::embedded) fn address(&mut self, name: &str) -> Option<u32> {
        let main = self.store.data().linkage.as_ref()?.main?;
        crate::embedded::link::address(&mut self.store, main, name)
    }

    pub(in crate::embedded) fn word(&mut self, address: u32) -> u32 {
        Guest::new(&mut self.store).read_u32(address).expect("it is in memory")
    }

    pub(in crate::embedded) fn set_word(&mut self, address: u32, value: u32) {
        Guest::new(&mut self.store).write_u32(address, value).expect("it is in memory");
    }
}
