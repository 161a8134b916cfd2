/// The url with every password replaced by `***`, also where it is malformed.
pub(super) fn redact(url: &str) -> String {
    redact_parameters(&redact_credentials(url))
}

/// Hides what stands between the user's name and the last `@`: a password may hold any character unescaped by mistake.
fn redact_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some(colon) = rest.find(':') else { return url.to_owned() };
    let (name, secret) = rest.split_at(colon);
    let shown = match secret.rfind('@') {
        Some(at) => &secret[at..],
        // Without an `@` this is a port; what is none may be the password of one who forgot the host.
        None if scheme == "file" || is_port(&secret[1..]) => return url.to_owned(),
        None => "",
    };
    format!("{scheme}://{name}:***{shown}")
}

fn is_port(text: &str) -> bool {
    let port = text.split(['/', '?', ',']).next().unwrap_or_default();
    port.bytes().all(|byte| byte.is_ascii_digit())
}

/// Hides the values of `password=` and its like, as url parameters and as the words of a connection string.
fn redact_parameters(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    let mut rest = url;
    while let Some(start) = find_ignore_case(rest, "password") {
        let key_end = start + "password".len();
        let value = rest[key_end..].trim_start();
        let Some(value) = value.strip_prefix('=') else {
            out.push_str(&rest[..key_end]);
            rest = &rest[key_end..];
            continue;
        };
        out.push_str(&rest[..key_end]);
        out.push_str("=***");
        rest = after_value(value.trim_start());
    }
    out + rest
}

fn after_value(value: &str) -> &str {
    if let Some(quoted) = value.strip_prefix('\'') {
        let mut escaped = false;
        let end = quoted.find(|c| {
            let ends = c == '\'' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        return end.map_or("", |end| &quoted[end + 1..]);
    }
    value.find(|c: char| c == '&' || c.is_whitespace()).map_or("", |end| &value[end..])
}

fn find_ignore_case(text: &str, word: &str) -> Option<usize> {
    text.as_bytes().windows(word.len()).position(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_left() {
        let cases = [
            ("postgres://ada:secret@host/db", "postgres://ada:***@host/db"),
            ("postgres://ada:se/c@r?e:t@host/db", "postgres://ada:***@host/db"),
            ("mysql://ada:secret@host", "mysql://ada:***@host"),
            ("postgres://host/db?password=secret&user=ada", "postgres://host/db?password=***&user=ada"),
            ("host=h PassWord = 'sec\\'ret x' user=ada", "host=h PassWord=*** user=ada"),
            ("host=h password=secret", "host=h password=***"),
            ("postgres://ada:secret@host/db?application_name=a@b", "postgres://ada:***@b"),
            ("postgres://ada:secret", "postgres://ada:***"),
            ("postgres://:secret@host", "postgres://:***@host"),
        ];
        for (url, redacted) in cases {
            assert_eq!(redact(url), redacted);
        }
        for harmless in [
            ":memory:",
            "file://./a@b",
            "postgres://ada@host:5432/db",
            "postgres://host:1/db",
            "file://C:/data",
            "",
        ] {
            assert_eq!(redact(harmless), harmless);
        }
    }
}
