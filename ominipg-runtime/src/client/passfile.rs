use std::fmt;
use std::path::PathBuf;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::error::{Error, ErrorKind};

/// Passwords that a url lacks: the variable `PGPASSWORD`, else the file that libpq reads, `PGPASSFILE` or `~/.pgpass`.
#[derive(Default)]
pub(super) struct Passwords {
    variable: Option<String>,
    file: Option<PathBuf>,
}

/// Shows no password.
impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Passwords {
    /// Those of the user who runs the process.
    pub(super) fn of_user() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let named = set("PGPASSFILE").map(PathBuf::from);
        let home = || set("HOME").map(|home| PathBuf::from(home).join(".pgpass"));
        Self {
            variable: set("PGPASSWORD").and_then(|password| password.into_string().ok()),
            file: named.or_else(home),
        }
    }

    /// Puts in the passwords of hosts that have one here.
    pub(super) fn fill(&self, hosts: &mut [Config]) -> Result<(), Error> {
        if let Some(password) = &self.variable {
            for host in hosts {
                host.password(password);
            }
            return Ok(());
        }
        let Some(lines) = self.lines()? else { return Ok(()) };
        for host in hosts {
            if let Some(password) = lines.lines().find_map(|line| password(line, host)) {
                host.password(password);
            }
        }
        Ok(())
    }

    fn lines(&self) -> Result<Option<String>, Error> {
        let Some(file) = self.file.as_ref().filter(|file| file.is_file()) else { return Ok(None) };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;

            let open_to_others =
                file.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0);
            if open_to_others {
                // As libpq does: it is left unread, and a server that asks for a password refuses.
                tracing::warn!(file = %file.display(), "the password file is open to others: `chmod 600` it");
                return Ok(None);
            }
        }
        std::fs::read_to_string(file).map(Some).map_err(|error| {
            let message = format!("the password file `{}` cannot be read: {error}", file.display());
            Error::new(ErrorKind::Options, message)
        })
    }
}

/// The password of a line `host:port:database:user:password`, where it is this host's.
fn password(line: &str, config: &Config) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let fields = fields(line);
    let [host, port, database, user, password] = fields.as_slice() else { return None };
    let name = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        // libpq's name for the sockets of this machine; a folder may be named too.
        #[cfg(unix)]
        Some(Host::Unix(folder)) if host == "localhost" || *host == folder.to_string_lossy() => host.clone(),
        #[cfg(unix)]
        Some(Host::Unix(_)) => String::new(),
        None => config.get_hostaddrs().first()?.to_string(),
    };
    let its_port = config.get_ports().first().copied().unwrap_or(5432).to_string();
    let its_user = config.get_user().unwrap_or_default();
    let its_database = config.get_dbname().unwrap_or(its_user);
    let meets = |field: &str, value: &str| field == "*" || field == value;
    let all = meets(host, &name)
        && meets(port, &its_port)
        && meets(database, its_database)
        && meets(user, its_user);
    all.then(|| password.clone())
}

/// The fields between colons; a backslash takes the special meaning of the next character away.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let last = fields.len() - 1;
        match character {
            ':' if last < 4 => fields.push(String::new()),
            '\\' => fields[last].extend(characters.next()),
            other => fields[last].push(other),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(url: &str) -> Config {
        url.parse().unwrap()
    }

    #[test]
    fn finds_the_line_of_a_host() {
        let ada = host("postgres://ada@db.example:6432/app");
        assert_eq!(password("db.example:6432:app:ada:se\\:c\\\\ret", &ada).unwrap(), "se:c\\ret");
        assert_eq!(password("*:*:*:ada:a:b", &ada).unwrap(), "a:b");
        for other in ["", "#*:*:*:*:x", "db.example:5432:app:ada:x", "db.example:6432:app:bob:x", "*:*:*:ada"]
        {
            assert_eq!(password(other, &ada), None, "{other}");
        }
        assert_eq!(password("localhost:5432:ada:*:x", &host("postgres://ada@%2Ftmp")).unwrap(), "x");
    }

    #[test]
    fn the_variable_comes_first_and_is_not_shown() {
        let passwords = Passwords { variable: Some("hunter2".to_owned()), file: Some("/nowhere".into()) };
        let mut hosts = [host("postgres://ada@a"), host("postgres://ada@b")];
        passwords.fill(&mut hosts).unwrap();
        assert!(hosts.iter().all(|host| host.get_password() == Some(b"hunter2")));
        assert!(!format!("{passwords:?} {hosts:?}").contains("hunter2"));
        let mut hosts = [host("postgres://ada@a")];
        Passwords::default().fill(&mut hosts).unwrap();
        assert_eq!(hosts[0].get_password(), None);
    }
}
