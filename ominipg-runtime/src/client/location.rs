use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;

use super::redact::redact;
use crate::error::{Error, ErrorKind, chain};

/// What a url stands for.
#[derive(Debug)]
pub(super) enum Location {
    /// An embedded database that ends with its last handle.
    Memory,
    /// An embedded database in a folder.
    Folder(
        #[cfg_attr(
            not(any(feature = "embedded", test)),
            expect(dead_code, reason = "only embedded databases have folders")
        )]
        PathBuf,
    ),
    /// A server.
    Server(Box<ServerUrl>),
}

/// A server's url, taken apart.
#[derive(Debug)]
pub(super) struct ServerUrl {
    /// What the driver understands.
    pub(super) config: Config,
    /// A file of certificates to trust.
    pub(super) root_certificate: Option<PathBuf>,
}

const UNDERSTOOD: &str = "understood are `:memory:`, `file://./folder`, `file:///folder` and `postgresql://user@host:port/database`";

impl Location {
    /// Reads a url.
    ///
    /// # Errors
    ///
    /// Names the url, without its password, and what is understood.
    pub(super) fn parse(url: &str) -> Result<Self, Error> {
        if url == ":memory:" {
            Ok(Self::Memory)
        } else if let Some(path) = url.strip_prefix("file://") {
            folder(url, path).map(Self::Folder)
        } else if url.starts_with("postgresql://") || url.starts_with("postgres://") {
            server(url).map(|server| Self::Server(Box::new(server)))
        } else {
            Err(not_understood(url, UNDERSTOOD))
        }
    }
}

fn not_understood(url: &str, why: &str) -> Error {
    Error::new(ErrorKind::Options, format!("the url `{}` is not understood: {why}", redact(url)))
}

fn folder(url: &str, path: &str) -> Result<PathBuf, Error> {
    if path.is_empty() {
        return Err(not_understood(url, "a folder must follow `file://`, as in `file://./data`"));
    }
    let escape =
        |part: &str| part.get(..2).is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if !path.split('%').skip(1).all(escape) {
        return Err(not_understood(
            url,
            "a `%` must be followed by two hexadecimal digits; write `%25` for itself",
        ));
    }
    let decoded = percent_decode_str(path).decode_utf8();
    let path = decoded.map_err(|_| not_understood(url, "the decoded path is not UTF-8"))?;
    if path.contains('\0') {
        return Err(not_understood(url, "a path cannot contain the character NUL"));
    }
    Ok(PathBuf::from(path.as_ref()))
}

fn server(url: &str) -> Result<ServerUrl, Error> {
    let (base, parameters) = url.split_once('?').unwrap_or((url, ""));
    let mut root_certificate = None;
    let mut kept = Vec::new();
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.split_once('=') {
            Some(("sslrootcert", "system")) => {}
            Some(("sslrootcert", file)) => root_certificate = Some(folder(url, file)?),
            // Certificates are always verified, so these are one and the same.
            Some(("sslmode", "verify-ca" | "verify-full")) => kept.push("sslmode=require"),
            Some(("sslmode", mode)) if !["disable", "prefer", "require"].contains(&mode) => {
                let why = "`sslmode` is `disable`, `prefer`, `require`, `verify-ca` or `verify-full`";
                return Err(not_understood(url, why));
            }
            _ => kept.push(parameter),
        }
    }
    let driver_url = if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) };
    let mut config: Config = driver_url.parse().map_err(|error: tokio_postgres::Error| {
        // Where an `@` follows the `?`, what looks like a parameter may be a part of the password.
        let unescaped = "special characters in a password must be percent-encoded, as `%3F` for `?`";
        not_understood(url, &if parameters.contains('@') { unescaped.to_owned() } else { chain(&error) })
    })?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(not_understood(url, "it names no host"));
    }
    if config.get_user().is_none() {
        return Err(not_understood(url, "it names no user, as in `postgresql://user@host/database`"));
    }
    if config.get_application_name().is_none() {
        config.application_name("ominipg");
    }
    Ok(ServerUrl { config, root_certificate })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(url: &str) -> String {
        let error = Location::parse(url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Options);
        error.to_string()
    }

    #[test]
    fn reads_folders() {
        let cases = [
            ("file://./data", "./data"),
            ("file:///srv/my%20data", "/srv/my data"),
            ("file://data", "data"),
            ("file:///a%25b", "/a%b"),
            ("file://C:/data", "C:/data"),
        ];
        for (url, path) in cases {
            match Location::parse(url).unwrap() {
                Location::Folder(folder) => assert_eq!(folder, PathBuf::from(path)),
                other => panic!("{other:?}"),
            }
        }
        for url in ["file://", "file:///a%2", "file:///a%zz", "file:///a%ff", "file:///a%00"] {
            assert!(message(url).contains(url));
        }
    }

    #[test]
    fn says_what_is_understood() {
        for url in ["", "memory", ":memory", "mysql://ada:secret@host", "host=h password=secret", "/srv/data"]
        {
            let message = message(url);
            assert!(message.contains("`:memory:`") && message.contains("postgresql://"), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn reads_server_urls() {
        let url =
            "postgres://ada:secret@db:6432/app?sslmode=verify-full&sslrootcert=ca%20.pem&connect_timeout=3";
        let Location::Server(server) = Location::parse(url).unwrap() else { panic!("not a server") };
        assert_eq!(server.root_certificate, Some("ca .pem".into()));
        assert_eq!(server.config.get_ports(), [6432]);
        assert_eq!(server.config.get_ssl_mode(), tokio_postgres::config::SslMode::Require);
        for url in [
            "postgres://ada:secret@host/db?nonsense=1",
            "postgres://ada:secret@host:port/db",
            "postgres://ada:sec/ret@host/db?sslmode=maybe",
            "postgres://ada:secret",
            "postgres://ada:x@y?secret=1@host/db",
            "postgres://ada:secret@",
            "postgres://host/db?password=secret",
        ] {
            assert!(!message(url).contains("secret"), "{}", message(url));
        }
    }
}
