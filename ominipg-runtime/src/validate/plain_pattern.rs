//! Patterns that need no engine: `^`, ASCII characters and classes with counts, `$`, such as `^[A-Z]{2}[0-9]+$`.

/// Such a pattern; matching goes forward only.
#[derive(Debug)]
pub(super) struct PlainPattern(Vec<Part>);

/// So many characters of a set.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// A bit for each character of ASCII.
    set: u128,
    least: usize,
    most: usize,
}

impl PlainPattern {
    /// The pattern, where it is that plain.
    pub(super) fn parse(source: &str) -> Option<Self> {
        let mut rest = source.strip_prefix('^')?.strip_suffix('$')?;
        let mut parts = Vec::new();
        while !rest.is_empty() {
            let (set, behind) = set(rest)?;
            let (least, most, behind) = count(behind)?;
            parts.push(Part { set, least, most });
            rest = behind;
        }
        is_forward(&parts).then_some(Self(parts))
    }

    /// Whether a text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        let mut rest = text.as_bytes();
        for part in &self.0 {
            let count = rest.iter().take(part.most).take_while(|byte| has(part.set, **byte)).count();
            if count < part.least {
                return false;
            }
            rest = &rest[count..];
        }
        rest.is_empty()
    }
}

fn has(set: u128, byte: u8) -> bool {
    byte < 128 && set >> byte & 1 == 1
}

/// Whether taking as many characters as there are is never too much: what may follow begins with others.
fn is_forward(parts: &[Part]) -> bool {
    parts.iter().enumerate().all(|(index, part)| {
        let mut following = parts[index + 1..].iter();
        part.least == part.most || {
            let optional =
                following.by_ref().take_while(|next| next.least == 0 && next.set & part.set == 0).count();
            parts.get(index + 1 + optional).is_none_or(|next| next.set & part.set == 0)
        }
    })
}

/// The set that a pattern begins with, and what is behind.
fn set(pattern: &str) -> Option<(u128, &str)> {
    let Some(class) = pattern.strip_prefix('[') else { return character(pattern, false) };
    if class.starts_with('^') {
        return None;
    }
    let (mut set, mut rest) = (0, class);
    loop {
        if let Some(behind) = rest.strip_prefix(']') {
            return (set != 0).then_some((set, behind));
        }
        let (from, behind) = character(rest, true)?;
        rest = behind;
        let range = rest.strip_prefix('-').filter(|behind| !behind.starts_with(']'));
        let Some(end) = range else {
            set |= from;
            continue;
        };
        let (to, behind) = character(end, true)?;
        let one = |set: u128| set.is_power_of_two() && set.trailing_zeros() <= to.trailing_zeros();
        if !one(from) || !to.is_power_of_two() {
            return None;
        }
        // From the lowest bit up to the highest.
        set |= (to | (to - 1)) & !(from - 1);
        rest = behind;
    }
}

/// One character, which stands for itself or for digits; letters with a backslash are left to an engine.
fn character(pattern: &str, in_class: bool) -> Option<(u128, &str)> {
    const DIGITS: u128 = 0x3ff << b'0';
    let first = *pattern.as_bytes().first()?;
    let plain = first.is_ascii_alphanumeric() || b"_ @/:,;=!#%&~'\"<>".contains(&first) || first == b'-';
    if plain || (in_class && b".+*?(){}$|".contains(&first)) {
        return Some((1 << first, &pattern[1..]));
    }
    let second = *pattern.strip_prefix('\\')?.as_bytes().first()?;
    match second {
        b'd' => Some((DIGITS, &pattern[2..])),
        b'.' | b'-' | b'+' | b'*' | b'?' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'$' | b'^' | b'|'
        | b'/' | b'\\' => Some((1 << second, &pattern[2..])),
        _ => None,
    }
}

/// How often: the least, the most, and what is behind.
fn count(pattern: &str) -> Option<(usize, usize, &str)> {
    let Some(first) = pattern.bytes().next() else { return Some((1, 1, pattern)) };
    let (least, most, behind) = match first {
        b'+' => (1, usize::MAX, &pattern[1..]),
        b'*' => (0, usize::MAX, &pattern[1..]),
        b'?' => (0, 1, &pattern[1..]),
        b'{' => {
            let (inner, behind) = pattern[1..].split_once('}')?;
            let number =
                |text: &str| text.parse::<usize>().ok().filter(|_| text.bytes().all(|c| c.is_ascii_digit()));
            match inner.split_once(',') {
                None => (number(inner)?, number(inner)?, behind),
                Some((least, "")) => (number(least)?, usize::MAX, behind),
                Some((least, most)) => (number(least)?, number(most)?, behind),
            }
        }
        _ => return Some((1, 1, pattern)),
    };
    // A `?` behind a count makes it lazy, a `+` is an error.
    (least <= most && !behind.starts_with(['?', '+', '*', '{'])).then_some((least, most, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_engine() {
        let patterns = [
            "^[A-Z]{2}[0-9]{4}$",
            "^[a-z][a-z0-9_]*$",
            "^\\d+(-\\d+)?$",
            "^a?b*c+$",
            "^[a-c]*[d-f]?g$",
            "^a*a$",
            "^[0-9]{1,3}$",
            "^$",
            "^a{2,}$",
            "^[.+-]x$",
            "^a?b?a$",
            "^\\d{2}:\\d{2}$",
            "^a{0}b$",
            "^[a-]$",
            "^[^a]$",
            "^a|b$",
            "^é$",
            "^\\w$",
            "^a.c$",
            "^ab*?$",
            "^x\\.y$",
        ];
        let texts = [
            "", "a", "b", "AB1234", "AB123", "ABC1234", "a_1", "A", "12", "12-3", "abc", "bc", "c", "abbcc",
            "adg", "g", "abdg", "1", "123", "1234", "aa", "aaa", ".x", "-x", "+x", "x", "aba", "ba", "12:30",
            "1:30", "é", "AB1234\n", "a\n", "-", "ab", "abb", "x.y", "xzy", "٣",
        ];
        let mut plain = 0;
        for source in patterns {
            let Some(pattern) = PlainPattern::parse(source) else { continue };
            plain += 1;
            let engine = jsonschema::validator_for(&serde_json::json!({ "pattern": source }))
                .expect("it is a pattern");
            for text in texts {
                assert_eq!(pattern.matches(text), engine.is_valid(&text.into()), "{source} on {text:?}");
            }
        }
        assert_eq!(plain, 12);
    }
}
