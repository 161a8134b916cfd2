//! A SCRAM message taken apart: `name=value`, separated by commas.

use crate::serve::refusal::Refusal;

/// Why a message is not understood.
pub(super) fn malformed(why: &str) -> Refusal {
    Refusal::protocol("malformed SCRAM message").detail(why)
}

/// What a message still holds.
pub(super) struct Attributes<'a>(pub(super) &'a str);

impl<'a> Attributes<'a> {
    /// The next attribute's value; it must have the name `expected`.
    pub(super) fn expect(&mut self, expected: char) -> Result<&'a str, Refusal> {
        match self.next() {
            Some((name, value)) if name == expected => Ok(value),
            _ => Err(malformed(&format!("expected attribute \"{expected}\""))),
        }
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (char, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (attribute, rest) = self.0.split_once(',').unwrap_or((self.0, ""));
        let name = attribute.chars().next().filter(char::is_ascii_alphabetic)?;
        let value = attribute[1..].strip_prefix('=')?;
        self.0 = rest;
        Some((name, value))
    }
}
