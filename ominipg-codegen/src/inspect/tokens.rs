//! Expressions as PostgreSQL prints them, taken apart: without casts and without parentheses.

/// A part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name, without its quotes, or a keyword as it is printed.
    Word(String),
    /// A number, or a text that was cast.
    Number(String),
    Text(String),
    Sign(String),
}

/// The parts; none where there is something that is not understood.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut out: Vec<Token> = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '\'' => quoted(&rest[1..], &mut out, false)?,
            'E' if rest.starts_with("E'") => quoted(&rest[2..], &mut out, true)?,
            '"' => {
                let (name, rest) = name(rest)?;
                out.push(Token::Word(name));
                rest
            }
            ':' => cast(rest.strip_prefix("::")?)?,
            '(' | ')' => &rest[1..],
            c if c.is_ascii_digit() => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
                out.push(Token::Number(rest[..end].to_owned()));
                &rest[end..]
            }
            c if c.is_alphabetic() || c == '_' => {
                let (word, rest) = name(rest)?;
                out.push(Token::Word(word));
                rest
            }
            ',' | '[' | ']' => {
                out.push(Token::Sign(first.to_string()));
                &rest[1..]
            }
            _ => {
                let end = rest.find(|c: char| !"<>=~!@#%^&|`?+-*/".contains(c)).unwrap_or(rest.len());
                if end == 0 {
                    return None;
                }
                out.push(Token::Sign(rest[..end].to_owned()));
                &rest[end..]
            }
        }
        .trim_start();
    }
    Some(out)
}

fn quoted<'a>(text: &'a str, out: &mut Vec<Token>, escaped: bool) -> Option<&'a str> {
    let mut found = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\'' if characters.next_if(|(_, next)| *next == '\'').is_some() => found.push('\''),
            '\'' => {
                out.push(Token::Text(found));
                return Some(&text[at + 1..]);
            }
            // PostgreSQL prints no other escape than this.
            '\\' if escaped => found.push(characters.next().filter(|(_, next)| *next == '\\')?.1),
            other => found.push(other),
        }
    }
    None
}

/// A name at the beginning, and what is behind it.
fn name(text: &str) -> Option<(String, &str)> {
    if let Some(inside) = text.strip_prefix('"') {
        let mut found = String::new();
        let mut characters = inside.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' if characters.next_if(|(_, next)| *next == '"').is_some() => found.push('"'),
                '"' => return Some((found, &inside[at + 1..])),
                other => found.push(other),
            }
        }
        return None;
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
}

/// What is behind the name of a type.
fn cast(text: &str) -> Option<&str> {
    let (first, mut rest) = name(text)?;
    let more: &[&str] = match first.as_str() {
        "character" => &[" varying"],
        "double" => &[" precision"],
        "timestamp" | "time" => &[" with time zone", " without time zone"],
        _ => &[],
    };
    for words in more {
        rest = rest.strip_prefix(words).unwrap_or(rest);
    }
    if let Some(inside) = rest.strip_prefix('(') {
        rest = &inside[inside.find(')')? + 1..];
    }
    while let Some(behind) = rest.strip_prefix("[]") {
        rest = behind;
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casts_and_parentheses_are_left_out() {
        let word = |text: &str| Token::Word(text.to_owned());
        let sign = |text: &str| Token::Sign(text.to_owned());
        assert_eq!(
            tokens("(\"a \"\"b\")::text = ANY (ARRAY['x'::character varying(3), 'it''s'::text]::text[])"),
            Some(vec![
                word("a \"b"),
                sign("="),
                word("ANY"),
                word("ARRAY"),
                sign("["),
                Token::Text("x".to_owned()),
                sign(","),
                Token::Text("it's".to_owned()),
                sign("]"),
            ])
        );
        assert_eq!(
            tokens("n >= '-5'::integer"),
            Some(vec![word("n"), sign(">="), Token::Text("-5".to_owned())])
        );
        assert_eq!(tokens("n ~ E'\\\\d'"), Some(vec![word("n"), sign("~"), Token::Text("\\d".to_owned())]));
        assert_eq!(tokens("a.b"), None);
    }
}
