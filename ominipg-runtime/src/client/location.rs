use std::path::PathBuf;

use percent_encoding::percent_decode_str;

use super::redact::redact;
use super::server_url::ServerUrl;
use crate::error::{Error, ErrorKind};

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
            ServerUrl::parse(url).map(|server| Self::Server(Box::new(server)))
        } else {
            Err(not_understood(url, UNDERSTOOD))
        }
    }
}

/// The error of a url, which shows no password.
pub(super) fn not_understood(url: &str, why: &str) -> Error {
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
}
