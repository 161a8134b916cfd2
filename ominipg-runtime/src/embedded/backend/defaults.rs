//! What `RESET` goes back to: a server notes it when a client logs in, PostgreSQL in a single process never does.

use std::collections::BTreeMap;

use super::{Backend, Left};
use crate::embedded::wasi::Guest;

/// The setting that tells whose the session is.
const SESSION_USER: &str = "session_authorization";

/// The user that a cluster begins with, whatever its name is now.
const FIRST_USER: &str = "SELECT rolname FROM pg_authid WHERE oid = 10";

/// Who makes a setting: a superuser, at the login.
const AT_LOGIN: i32 = 3;

/// Where a setting's default comes from: from the client, or from the server, which is over all others.
#[derive(Debug, Clone, Copy)]
enum Source {
    Client = 9,
    Override = 10,
}

impl Backend {
    /// Notes the first user as the one that the session began with. Without it, `RESET SESSION AUTHORIZATION` does nothing,
    /// and a role that one session takes stays with all.
    pub(super) async fn log_in(&mut self) -> wasmtime::Result<()> {
        // PostgreSQL looks the name up, which it does in a transaction only.
        self.query("BEGIN").await?;
        let name = self.query(FIRST_USER).await?.into_iter().flatten().flatten().next();
        let name = name.ok_or_else(|| wasmtime::format_err!("the cluster has no first user"))?;
        self.set_default(SESSION_USER, &name, Source::Override).await?;
        self.query("COMMIT").await.map(drop)
    }

    /// Makes the settings that a client began with the defaults of its session.
    pub(super) async fn put_defaults(&mut self, first: &BTreeMap<String, String>) -> wasmtime::Result<()> {
        for (name, value) in first {
            if self.defaults.contains_key(name) {
                self.set_default(name, value, Source::Client).await?;
            }
        }
        Ok(())
    }

    /// Makes PostgreSQL's own defaults of these settings those of the next session.
    pub(super) async fn take_defaults(&mut self, first: &BTreeMap<String, String>) -> wasmtime::Result<()> {
        for name in first.keys() {
            if let Some(value) = self.defaults.get(name).cloned() {
                self.set_default(name, &value, Source::Client).await?;
            }
        }
        Ok(())
    }

    /// Notes PostgreSQL's own defaults of these settings, while it has no session's.
    pub(super) async fn learn_defaults(
        &mut self,
        names: impl IntoIterator<Item = &String>,
    ) -> wasmtime::Result<()> {
        for name in names {
            if !self.defaults.contains_key(name) {
                let value = self.query(&super::settings::current_setting(name)).await?;
                // What PostgreSQL does not know yet is empty without a session.
                let value = value.into_iter().flatten().flatten().next().unwrap_or_default();
                self.defaults.insert(name.clone(), value);
            }
        }
        Ok(())
    }

    async fn set_default(&mut self, name: &str, value: &str, source: Source) -> wasmtime::Result<()> {
        let strings = [name.as_bytes(), b"\0", value.as_bytes(), b"\0"].concat();
        let stack = self.interface.stack_pointer;
        let before = stack.get(&mut self.store);
        let at = before.unwrap_i32() - strings.len().next_multiple_of(16) as i32;
        stack.set(&mut self.store, at.into())?;
        Guest::new(&mut self.store)
            .write(at as u32, &strings)
            .map_err(|errno| wasmtime::format_err!("the stack is out of its memory: {errno:?}"))?;
        let parameters = (at, at + name.len() as i32 + 1, AT_LOGIN, source as i32);
        // What PostgreSQL says to this is for the host.
        self.board.ask(&[], false);
        let left = self.call(|interface| &interface.set_option, parameters).await?;
        let answer = self.board.answer();
        stack.set(&mut self.store, before)?;
        match left {
            Left::Returned => {}
            _ => tracing::warn!(
                target: "ominipg::engine",
                "the default of {name} stays: {:?}", crate::embedded::frames::refusal(&answer).map(|refusal| refusal.to_string())
            ),
        }
        Ok(())
    }
}
