//! The settings of the sessions: read and reset when a turn ends, and set again when the next one begins.

use super::Backend;
use crate::embedded::frames::{self, Refusal};
use crate::embedded::switchboard::Settings;

/// Settings that belong to a transaction, and end with it.
const OF_TRANSACTIONS: [&str; 3] =
    ["transaction_isolation", "transaction_read_only", "transaction_deferrable"];

/// The settings that tell whose rights a session has: taken back first, so that the rest may be changed, and put in last.
const ROLES: [&str; 2] = ["session_authorization", "role"];

/// Those, their roles by number, and back to the session's own.
const TAKE_ROLES: &str = "
    SELECT current_setting('session_authorization'), (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = session_user),
        current_setting('role'), (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user);
    RESET role; RESET session_authorization;
    SELECT current_setting('session_authorization')";

/// How often that is tried: the session's own timeout of statements may end it on a machine that is busy.
const ATTEMPTS: usize = 5;

/// What `role` is where a session has taken none.
const NO_ROLE: &str = "none";

/// The setting that may end the host's own questions, and so goes first where they are asked one by one.
const TIMEOUT: &str = "statement_timeout";

/// What `ALTER ROLE … SET` and `ALTER DATABASE … SET` tell of the user that sessions begin with, the strongest last.
const LOGIN_SETTINGS: &str = "
    SELECT unnest(setconfig) FROM pg_db_role_setting
    WHERE setrole IN (0, 10) AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    ORDER BY setrole <> 0, setdatabase <> 0";

/// A setting's value before it was reset, and after.
type Taken = (Option<String>, Option<String>);

impl Backend {
    /// Takes a session's settings out of PostgreSQL: their values now; those that have their defaults are forgotten.
    pub(super) async fn take_settings(&mut self, mut settings: Settings) -> wasmtime::Result<Settings> {
        settings.values.retain(|name, _| !OF_TRANSACTIONS.contains(&name.as_str()));
        let Settings { mut values, first, begun, .. } = settings;
        let mut settings = Settings { first, begun, ..Settings::default() };
        for name in settings.first.keys() {
            values.entry(name.clone()).or_default();
        }
        if ROLES.iter().any(|name| values.remove(*name).is_some()) {
            ROLES.iter().for_each(|name| drop(values.remove(*name)));
            self.take_roles(&mut settings).await?;
        }
        let names: Vec<String> = values.into_keys().collect();
        let taken = match self.take_all(&names, &settings).await? {
            Some(taken) => taken,
            // One of them cannot be reset, so that PostgreSQL did not change: it was never set, and the others are.
            None => self.take_each(&names, &settings).await?,
        };
        for (name, (before, after)) in names.into_iter().zip(taken) {
            if before != after || settings.first.contains_key(&name) {
                settings.values.insert(name, before.unwrap_or_default());
            }
        }
        Ok(settings)
    }

    /// Gives back the roles that a session has taken.
    async fn take_roles(&mut self, settings: &mut Settings) -> wasmtime::Result<()> {
        let mut rows: Vec<Vec<Option<String>>> = Vec::new();
        for _ in 0..ATTEMPTS {
            rows = frames::rows(&self.ask(TAKE_ROLES).await?).collect();
            if rows.len() == 2 {
                break;
            }
        }
        let [before, after] = &rows[..] else {
            // Whoever is next must not have them.
            return Err(wasmtime::format_err!("a session's role cannot be taken back"));
        };
        for (index, name) in ROLES.into_iter().enumerate() {
            let (value, role) = (before[index * 2].clone().unwrap_or_default(), &before[index * 2 + 1]);
            let is_default = if index == 0 { before[0] == after[0] } else { value == NO_ROLE };
            if is_default && !settings.first.contains_key(name) {
                continue;
            }
            settings.values.insert(name.to_owned(), value);
            if let Some(role) = role.as_ref().and_then(|role| role.parse().ok()).filter(|_| !is_default) {
                settings.roles.insert(name.to_owned(), role);
            }
        }
        Ok(())
    }

    /// Reads and resets all at once; gives nothing where PostgreSQL refuses any.
    async fn take_all(
        &mut self,
        names: &[String],
        settings: &Settings,
    ) -> wasmtime::Result<Option<Vec<Taken>>> {
        if names.is_empty() {
            self.take_defaults(&settings.first).await?;
            return Ok(Some(Vec::new()));
        }
        let (read, reset) = (read(names), reset(names));
        let answer = if settings.first.is_empty() {
            self.ask(&format!("{read}; {reset}; {read}")).await?
        } else {
            // The session's defaults must go before what it set, and its values must be read before they do.
            let mut answer = self.ask(&read).await?;
            if frames::refusal(&answer).is_some() {
                return Ok(None);
            }
            self.take_defaults(&settings.first).await?;
            answer.extend(
                self.ask(&format!("RESET role; RESET session_authorization; {reset}; {read}")).await?,
            );
            answer
        };
        if frames::refusal(&answer).is_some() {
            return Ok(None);
        }
        let mut rows = frames::rows(&answer);
        let (before, after) = (rows.next(), rows.last());
        Ok(before.zip(after).map(|(before, after)| before.into_iter().zip(after).collect()))
    }

    /// The same one by one.
    async fn take_each(&mut self, names: &[String], settings: &Settings) -> wasmtime::Result<Vec<Taken>> {
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by_key(|&at| names[at] != TIMEOUT);
        let mut taken = vec![Taken::default(); names.len()];
        for &at in &order {
            taken[at].0 = self.value(&names[at]).await?;
        }
        self.take_defaults(&settings.first).await?;
        for &at in &order {
            self.ask(&reset(&names[at..=at])).await?;
            taken[at].1 = self.value(&names[at]).await?;
        }
        Ok(taken)
    }

    async fn value(&mut self, name: &str) -> wasmtime::Result<Option<String>> {
        let answer = self.ask(&current_setting(name)).await?;
        Ok(frames::rows(&answer).flatten().flatten().next())
    }

    /// Puts a session's settings into PostgreSQL; gives the error that refused what ends the session.
    pub(super) async fn put_settings(
        &mut self,
        settings: &Settings,
        is_new: bool,
    ) -> wasmtime::Result<Option<Refusal>> {
        if settings.values.is_empty() {
            return Ok(None);
        }
        self.learn_defaults(settings.first.keys()).await?;
        let others = settings.values.iter().filter(|(name, _)| !ROLES.contains(&name.as_str()));
        let others: Vec<String> = others.map(|(name, value)| set(name, value)).collect();
        // `role` comes after `session_authorization`, which resets it.
        let roles = ROLES.iter().filter_map(|&name| settings.values.get(name).map(|value| (name, value)));
        let roles: Vec<String> = roles
            .map(|(name, value)| match settings.roles.get(name) {
                // Whose name is another now is the same role.
                Some(role) => format!(
                    "set_config({}, coalesce((SELECT rolname::text FROM pg_catalog.pg_authid WHERE oid = {role}), {}), false)",
                    literal(name),
                    literal(value)
                ),
                None => set(name, value),
            })
            .collect();
        let all = [others.clone(), roles.clone()].concat().join(", ");
        let answer = self.ask(&format!("SELECT {all}")).await?;
        let mut refusal = frames::refusal(&answer);
        if refusal.is_none() && is_new {
            // Clients are told of some settings as they begin, and all began as PostgreSQL did.
            let reports = frames::all(&answer).filter(|(kind, _)| *kind == b'S');
            self.board.tell_current(&reports.flat_map(|(_, whole)| whole.to_vec()).collect::<Vec<_>>());
        }
        if refusal.is_some() && !is_new {
            // What PostgreSQL took before and refuses now cannot be had any more; but nobody gets other rights.
            for other in others {
                if let Some(refusal) = frames::refusal(&self.ask(&format!("SELECT {other}")).await?) {
                    tracing::warn!(target: "ominipg::engine", "a session has lost a setting: {refusal}");
                }
            }
            refusal = match roles.is_empty() {
                true => None,
                false => frames::refusal(&self.ask(&format!("SELECT {}", roles.join(", "))).await?),
            };
        }
        if refusal.is_none() {
            self.put_defaults(&settings.first).await?;
        }
        Ok(refusal)
    }

    /// Adds what the database and its user say of every session to the settings of a new one; what its client chose is over
    /// that. As a server, it passes over what cannot be set.
    pub(super) async fn add_login_settings(&mut self, settings: &mut Settings) -> wasmtime::Result<()> {
        if std::mem::take(&mut self.store.data_mut().login_changed) {
            self.login_settings = None;
        }
        let known = match &self.login_settings {
            Some(known) => known.clone(),
            None => {
                let entries = self.query(LOGIN_SETTINGS).await?.into_iter().flatten().flatten();
                let entries = entries.filter_map(|entry| {
                    let (name, value) = entry.split_once('=')?;
                    Some((name.to_owned(), value.to_owned()))
                });
                self.login_settings.insert(entries.collect()).clone()
            }
        };
        for (name, value) in known {
            if settings.first.contains_key(&name) {
                continue;
            }
            self.learn_defaults([&name]).await?;
            let tried = self.ask(&format!("BEGIN; SELECT {}; ROLLBACK", set(&name, &value))).await?;
            match frames::refusal(&tried) {
                None => {
                    settings.values.insert(name.clone(), value.clone());
                    settings.first.insert(name, value);
                }
                Some(refusal) => {
                    self.ask("ROLLBACK").await?;
                    tracing::warn!(target: "ominipg::engine", "a session begins without {name}: {refusal}");
                }
            }
        }
        Ok(())
    }
}

/// The question for a setting's value.
pub(super) fn current_setting(name: &str) -> String {
    format!("SELECT current_setting({}, true)", literal(name))
}

fn read(names: &[String]) -> String {
    list(names, |name| format!("current_setting({}, true)", literal(name)))
}

fn reset(names: &[String]) -> String {
    list(names, |name| format!("set_config({}, NULL, false)", literal(name)))
}

fn list(names: &[String], item: impl Fn(&String) -> String) -> String {
    format!("SELECT {}", names.iter().map(item).collect::<Vec<_>>().join(", "))
}

fn set(name: &str, value: &str) -> String {
    format!("set_config({}, {}, false)", literal(name), literal(value))
}

/// A text as SQL has it; a setting's value may hold anything.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}
