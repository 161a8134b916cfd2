/// The url with every password replaced by `***`, also where it is malformed.
pub(super) fn redact(url: &str) -> String {
    redact_parameters(&redact_credentials(url))
}

/// Hides what stands between the user's name and the last `@`.
fn redact_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    // A password may hold any character unescaped by mistake, so everything up to the last `@` is taken for one,
    // but for one in the parameters.
    let credentials = rest.rfind('@').filter(|&at| !in_parameters(rest, at));
    let Some(at) = credentials else { return url.to_owned() };
    match rest[..at].find(':') {
        Some(colon) => format!("{scheme}://{}:***{}", &rest[..colon], &rest[at..]),
        None => url.to_owned(),
    }
}

fn in_parameters(rest: &str, at: usize) -> bool {
    let before = &rest[..at];
    before.find('@').is_some_and(|first| before[first..].contains('?')) || !before.contains(':')
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
            ("postgres://ada:secret@host/db?application_name=a@b", "postgres://ada:***@host/db?application_name=a@b"),
            ("postgres://:secret@host", "postgres://:***@host"),
        ];
        for (url, redacted) in cases {
            assert_eq!(redact(url), redacted);
        }
        for harmless in [":memory:", "file://./a@b", "postgres://ada@host:5432/db", "postgres://host:1/db?x=a@b", ""] {
            assert_eq!(redact(harmless), harmless);
        }
    }
}
