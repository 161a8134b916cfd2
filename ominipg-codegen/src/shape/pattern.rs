//! Regular expressions of ECMA-262 as PostgreSQL's: those, and only those, that both understand alike.

use std::iter::Peekable;
use std::str::Chars;

/// The most that PostgreSQL repeats by a bound.
const MOST: u32 = 255;

/// Characters that need a backslash to stand for themselves.
const SPECIAL: &str = "\\^$.|?*+()[]{}";

/// What a dot is in ECMA-262, and that behind its bracket.
const NOT_LINE_END: &str = "[^\\n\\r\\u2028\\u2029]";
const LINE_ENDS: &str = "^\\n\\r\\u2028\\u2029]";

/// The pattern for PostgreSQL; none where the two languages may differ: look-around, backreferences, `\s`, `\b`, unicode classes,
/// and letters beyond ASCII in ranges.
pub(super) fn translated(pattern: &str) -> Option<String> {
    let mut reader = Reader { rest: pattern.chars().peekable(), out: String::new() };
    reader.alternatives(0)?;
    // A closing bracket that nothing opened would be left.
    reader.rest.next().is_none().then_some(reader.out)
}

/// Whether a pattern is the same in both languages, so that PostgreSQL's may stand in a schema.
#[cfg(feature = "engine")]
pub(crate) fn means_the_same(pattern: &str) -> bool {
    translated(pattern).as_deref() == Some(pattern)
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
}

impl Reader<'_> {
    fn alternatives(&mut self, depth: usize) -> Option<()> {
        if depth > 32 {
            return None;
        }
        loop {
            let mut atoms = 0;
            while let Some(&next) = self.rest.peek() {
                if matches!(next, '|' | ')') {
                    break;
                }
                self.atom(depth)?;
                atoms += 1;
            }
            // An empty branch is allowed by one of the two only.
            if atoms == 0 && (depth > 0 || self.rest.peek().is_some()) {
                return None;
            }
            match self.rest.next_if_eq(&'|') {
                Some(bar) => self.out.push(bar),
                None => return (atoms > 0 || self.out.is_empty()).then_some(()),
            }
            self.rest.peek()?;
        }
    }

    fn atom(&mut self, depth: usize) -> Option<()> {
        match self.rest.next()? {
            anchor @ ('^' | '$') => {
                self.out.push(anchor);
                // What is repeated must be something.
                return self.rest.peek().is_none_or(|next| !"*+?{".contains(*next)).then_some(());
            }
            '(' => {
                if self.rest.next_if_eq(&'?').is_some() {
                    self.rest.next_if_eq(&':')?;
                }
                self.out.push_str("(?:");
                self.alternatives(depth + 1)?;
                self.rest.next_if_eq(&')')?;
                self.out.push(')');
            }
            '[' => self.class()?,
            // PostgreSQL's dot takes line ends too.
            '.' => self.out.push_str(NOT_LINE_END),
            '\\' => self.escaped()?,
            '*' | '+' | '?' | '{' | '}' | ']' | '\0' => return None,
            plain => self.out.push(plain),
        }
        self.repeated()
    }

    fn repeated(&mut self) -> Option<()> {
        match self.rest.peek() {
            Some(&sign @ ('*' | '+' | '?')) => {
                self.rest.next();
                self.out.push(sign);
            }
            Some('{') => {
                self.rest.next();
                let from = self.number()?;
                self.out.push_str(&format!("{{{from}"));
                if self.rest.next_if_eq(&',').is_some() {
                    self.out.push(',');
                    if self.rest.peek() != Some(&'}') {
                        let to = self.number().filter(|to| *to >= from)?;
                        self.out.push_str(&to.to_string());
                    }
                }
                self.rest.next_if_eq(&'}')?;
                self.out.push('}');
            }
            _ => return Some(()),
        }
        // As little as possible, or as much: whether there is a match is the same.
        self.rest.next_if_eq(&'?');
        self.rest.peek().is_none_or(|next| !"*+?{".contains(*next)).then_some(())
    }

    fn number(&mut self) -> Option<u32> {
        let mut digits = String::new();
        while let Some(digit) = self.rest.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        digits.parse().ok().filter(|number| *number <= MOST)
    }

    fn escaped(&mut self) -> Option<()> {
        match self.rest.next()? {
            'd' => self.out.push_str("[0-9]"),
            'D' => self.out.push_str("[^0-9]"),
            'w' => self.out.push_str("[A-Za-z0-9_]"),
            'W' => self.out.push_str("[^A-Za-z0-9_]"),
            control @ ('n' | 'r' | 't' | 'f' | 'v') => self.out.extend(['\\', control]),
            sign if is_sign(sign) => {
                if SPECIAL.contains(sign) {
                    self.out.push('\\');
                }
                self.out.push(sign);
            }
            _ => return None,
        }
        Some(())
    }

    fn class(&mut self) -> Option<()> {
        // A translated dot is its own translation.
        let rest: String = self.rest.clone().take(LINE_ENDS.len()).collect();
        if rest == LINE_ENDS {
            self.rest.nth(LINE_ENDS.len() - 1);
            self.out.push_str(NOT_LINE_END);
            return Some(());
        }
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let mut empty = true;
        loop {
            let first = match self.rest.next()? {
                ']' if empty => return None,
                ']' => break,
                '\\' => match self.rest.next()? {
                    'd' => {
                        self.out.push_str("0-9");
                        self.no_range()?;
                        empty = false;
                        continue;
                    }
                    'w' => {
                        self.out.push_str("A-Za-z0-9_");
                        self.no_range()?;
                        empty = false;
                        continue;
                    }
                    control @ ('n' | 'r' | 't' | 'f' | 'v') => {
                        self.out.extend(['\\', control]);
                        self.no_range()?;
                        empty = false;
                        continue;
                    }
                    sign if is_sign(sign) => sign,
                    _ => return None,
                },
                '\0' | '[' => return None,
                plain => plain,
            };
            empty = false;
            if self.rest.peek() != Some(&'-') {
                self.member(first);
                continue;
            }
            self.rest.next();
            match self.rest.next()? {
                // A minus at the end stands for itself.
                ']' => {
                    self.member(first);
                    self.member('-');
                    break;
                }
                last if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() && first <= last => {
                    self.out.extend([first, '-', last]);
                }
                _ => return None,
            }
        }
        self.out.push(']');
        Some(())
    }

    /// Behind what stands for several characters, a minus that is not the last means different things.
    fn no_range(&mut self) -> Option<()> {
        (self.rest.peek() != Some(&'-') || self.rest.clone().nth(1) == Some(']')).then_some(())
    }

    /// A character in brackets, where a backslash takes its meaning in either language.
    fn member(&mut self, member: char) {
        if member.is_ascii_punctuation() && member != '_' {
            self.out.push('\\');
        }
        self.out.push(member);
    }
}

/// Signs may have a backslash that means nothing.
fn is_sign(sign: char) -> bool {
    sign.is_ascii_punctuation() && sign != '_'
}

#[cfg(test)]
mod tests {
    use super::translated;

    #[test]
    fn what_both_understand_is_translated() {
        for (pattern, expected) in [
            ("^[a-z]+$", "^[a-z]+$"),
            ("^\\d{4}-\\d{2}$", "^[0-9]{4}-[0-9]{2}$"),
            ("a.c", "a[^\\n\\r\\u2028\\u2029]c"),
            ("^(a|b)?c*?$", "^(?:a|b)?c*$"),
            ("[\\w.-]+", "[A-Za-z0-9_\\.\\-]+"),
            ("\\/\\.\\$", "/\\.\\$"),
            ("[^']", "[^\\']"),
            ("^ü{1,}$", "^ü{1,}$"),
            ("", ""),
        ] {
            assert_eq!(translated(pattern).as_deref(), Some(expected), "{pattern}");
            assert_eq!(translated(expected).as_deref(), Some(expected), "{pattern}: once more");
        }
    }

    #[test]
    fn what_may_differ_is_left_out() {
        for pattern in [
            "(?=a)",
            "(?<n>a)",
            "(a)\\1",
            "\\s",
            "\\bword",
            "\\p{L}",
            "[ä-ü]",
            "a{2",
            "a{1,999}",
            "a||b",
            "()",
            "(a",
            "a)",
            "[]",
            "[^]",
            "a**",
            "^*",
            "\\u0041",
            "[\\s]",
            "[a-\\d]",
            "|a",
            "a|",
            "\\cA",
            "x{3,2}",
            "[\\d-z]",
            "[[:alpha:]]",
            "***:x",
        ] {
            assert_eq!(translated(pattern), None, "{pattern}");
        }
    }
}
