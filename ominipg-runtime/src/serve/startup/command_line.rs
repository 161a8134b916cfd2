//! The switches in a startup packet's `options`, which libpq fills from `PGOPTIONS`.

use tokio_postgres::error::SqlState;

use crate::serve::refusal::Refusal;

/// The settings that the switches `-c name=value` and `--name=value` ask for.
pub(super) fn settings(options: &str) -> Result<Vec<(String, String)>, Refusal> {
    let mut words = split(options).into_iter();
    let mut settings = Vec::new();
    while let Some(word) = words.next() {
        let setting = if let Some(long) = word.strip_prefix("--") {
            long.to_owned()
        } else if let Some(attached) = word.strip_prefix("-c") {
            if attached.is_empty() { words.next().unwrap_or_default() } else { attached.to_owned() }
        } else {
            let message = format!("invalid command-line argument for server process: {word}");
            let hint = "`options` takes `-c name=value` and `--name=value`";
            return Err(Refusal::new(SqlState::SYNTAX_ERROR, message).hint(hint));
        };
        let Some((name, value)) = setting.split_once('=') else {
            return Err(Refusal::new(SqlState::SYNTAX_ERROR, format!("{word} {setting} requires a value")));
        };
        settings.push((name.replace('-', "_"), value.to_owned()));
    }
    Ok(settings)
}

/// Words stand between white space; a backslash takes the next character as it is.
fn split(options: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = None::<String>;
    let mut characters = options.chars();
    while let Some(character) = characters.next() {
        if character.is_ascii_whitespace() {
            words.extend(word.take());
            continue;
        }
        let word = word.get_or_insert_default();
        match character {
            '\\' => word.extend(characters.next()),
            other => word.push(other),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_switches_as_postgresql_does() {
        let given = r"-c geqo=off --statement-timeout=5min  -csearch_path=a,\ b -c application_name=a=\\b";
        let pairs = [
            ("geqo", "off"),
            ("statement_timeout", "5min"),
            ("search_path", "a, b"),
            ("application_name", "a=\\b"),
        ];
        let expected: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(settings(given).unwrap(), expected);
        assert!(settings("  ").unwrap().is_empty());
    }

    #[test]
    fn refuses_other_switches() {
        for wrong in ["-B 5", "word", "-c", "-c geqo", "--geqo", "\\"] {
            assert_eq!(*settings(wrong).unwrap_err().code(), SqlState::SYNTAX_ERROR, "{wrong}");
        }
    }
}
