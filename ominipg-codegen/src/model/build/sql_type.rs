//! The SQL types that `x-ominipg.type` names.

/// Types whose names are several words, which may have a length or a precision behind them.
const SEVERAL_WORDS: &[&str] = &[
    "bit varying",
    "char varying",
    "character varying",
    "double precision",
    "national char",
    "national char varying",
    "national character",
    "national character varying",
];

/// What may stand behind the name and the precision of some types.
const ENDS: &[(&str, &[&str])] = &[
    ("time", &["with time zone", "without time zone"]),
    ("timestamp", &["with time zone", "without time zone"]),
    (
        "interval",
        &[
            "year",
            "month",
            "day",
            "hour",
            "minute",
            "second",
            "year to month",
            "day to hour",
            "day to minute",
            "day to second",
            "hour to minute",
            "hour to second",
            "minute to second",
        ],
    ),
];

/// The native enum that a name asks for, as it is: the names of text types ask for none, nor do names as SQL has them, in
/// quotes or with a schema, for those types are there already.
pub(super) fn native(ty: &str) -> Option<String> {
    let name = ty.split('(').next().unwrap_or_default().trim().to_lowercase();
    let is_text = matches!(
        name.as_str(),
        "text" | "varchar" | "char" | "bpchar" | "citext" | "name" | "character" | "character varying"
    );
    (!is_text && !ty.contains(['.', '"', '(', '['])).then(|| ty.to_owned())
}

/// Whether a text has the form of an SQL type: a name, perhaps with a schema, a precision and `[]`.
pub(super) fn is_type(text: &str) -> bool {
    tokens(text).is_some_and(|tokens| Reader(&tokens).reads_type())
}

#[derive(Debug, PartialEq)]
enum Token {
    /// In small letters.
    Word(String),
    Quoted,
    Number,
    Sign(char),
}

/// The tokens of a text; none where there is something that no type has.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = |is_part: fn(char) -> bool| rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (token, length) = match first {
            '"' => (Token::Quoted, quoted(rest)?),
            '0'..='9' => (Token::Number, end(|c| c.is_ascii_digit())),
            '(' | ')' | '[' | ']' | ',' | '.' | '-' => (Token::Sign(first), 1),
            c if c.is_alphabetic() || c == '_' => {
                let length = end(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
                (Token::Word(rest[..length].to_lowercase()), length)
            }
            _ => return None,
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Some(tokens)
}

/// How long the name in quotes is that a text begins with, in which two quotes are one.
fn quoted(text: &str) -> Option<usize> {
    let mut at = 1;
    loop {
        at += text.get(at..)?.find('"')? + 1;
        if !text[at..].starts_with('"') {
            return (at > 2).then_some(at);
        }
        at += 1;
    }
}

struct Reader<'a>(&'a [Token]);

impl Reader<'_> {
    fn reads_type(mut self) -> bool {
        let first = self.words();
        let word = first.split(' ').next().unwrap_or_default().to_owned();
        let ends = ENDS.iter().find(|(of, _)| *of == word).map_or(&[][..], |(_, ends)| ends);
        let end = first.strip_prefix(&word).unwrap_or_default().trim_start();
        let is_named = match first.as_str() {
            "" => self.take(&Token::Quoted) && self.qualified(),
            words => {
                (end.is_empty() && self.qualified()) || SEVERAL_WORDS.contains(&words) || ends.contains(&end)
            }
        };
        if !is_named || (self.take(&Token::Sign('(')) && !self.arguments()) {
            return false;
        }
        let behind = self.words();
        if !behind.is_empty() && !ends.contains(&behind.as_str()) {
            return false;
        }
        while self.take(&Token::Sign('[')) {
            self.take(&Token::Number);
            if !self.take(&Token::Sign(']')) {
                return false;
            }
        }
        self.0.is_empty()
    }

    /// The words that come next.
    fn words(&mut self) -> String {
        let mut words = Vec::new();
        while let [Token::Word(word), rest @ ..] = self.0 {
            words.push(word.as_str());
            self.0 = rest;
        }
        words.join(" ")
    }

    /// The further parts of a name, each behind a dot.
    fn qualified(&mut self) -> bool {
        while self.take(&Token::Sign('.')) {
            match self.0 {
                [Token::Word(_) | Token::Quoted, rest @ ..] => self.0 = rest,
                _ => return false,
            }
        }
        true
    }

    /// Numbers, or words as an extension's type has them, and the bracket behind them.
    fn arguments(&mut self) -> bool {
        loop {
            self.take(&Token::Sign('-'));
            match self.0 {
                [Token::Word(_) | Token::Number, rest @ ..] => self.0 = rest,
                _ => return false,
            }
            if self.take(&Token::Sign(')')) {
                return true;
            }
            if !self.take(&Token::Sign(',')) {
                return false;
            }
        }
    }

    /// Takes a token, where it is the next.
    fn take(&mut self, token: &Token) -> bool {
        match self.0 {
            [first, rest @ ..] if first == token => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_the_form_that_postgresql_gives_them() {
        for ty in [
            "text",
            "varchar(80)",
            "numeric(10, 2)",
            "numeric(3,-2)",
            "character varying(3)[]",
            "double precision",
            "timestamp(3) with time zone",
            "timestamp without time zone",
            "time with time zone[]",
            "interval",
            "interval day to second",
            "interval(3)",
            "int4[3][]",
            "public.mood",
            "\"order status\"",
            "auth.\"a.b\"",
            "geometry(Point, 4326)",
            "Größe",
            "bit varying(5)",
            " citext ",
            "\"a\"\"b\"",
        ] {
            assert!(is_type(ty), "{ty}");
        }
        for no_type in [
            "",
            "order status",
            "varchar(80",
            "varchar)",
            "text; DROP TABLE a",
            "text'",
            "text DEFAULT 'a'",
            "int4 NOT NULL",
            "a.",
            ".a",
            "\"\"",
            "\"a",
            "numeric()",
            "numeric(1,)",
            "text[",
            "text]",
            "text[a]",
            "timestamp with",
            "1a",
            "text --",
            "int4 with time zone",
            "time zone",
        ] {
            assert!(!is_type(no_type), "{no_type}");
        }
    }

    #[test]
    fn an_enum_is_native_unless_its_type_is_there_already() {
        for (ty, is_native) in [
            ("mood", true),
            ("order status", true),
            ("Größe", true),
            ("varchar(20)", false),
            ("Text", false),
            ("character varying", false),
            ("public.mood", false),
            ("\"order status\"", false),
            ("mood[]", false),
        ] {
            assert_eq!(native(ty).is_some(), is_native, "{ty}");
        }
    }
}
