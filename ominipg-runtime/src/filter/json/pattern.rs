//! PostgreSQL's regular expressions: whether it will take one, so that a mistake in a filter has a place there.

use std::ops::RangeInclusive;

const REPEATS: &str = "a quantifier stands where there is nothing to repeat";
const GROUPS: &str = "its parentheses are not balanced";
const BRACKETS: &str = "a bracket is not closed";
const RANGES: &str = "a range in brackets has no end, or ends before it begins";
const ESCAPES: &str = "a `\\` stands before nothing that it can";
const REFERENCES: &str = "a back reference is to no group that ends before it";
const COUNTS: &str = "what a `{` begins is no count up to 255, or two that ascend";
const CLASSES: &str = "a class in brackets is unknown";
const OPTIONS: &str = "an option at its beginning is unknown";

const CLASS_NAMES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

/// Refuses what PostgreSQL would refuse at the first row.
pub(super) fn check(pattern: &str) -> Result<(), &'static str> {
    match advanced(pattern)? {
        Some(rest) => Reader { rest: rest.chars().collect(), at: 0, groups: Vec::new() }.read(),
        None => Ok(()),
    }
}

/// What follows a pattern's options; nothing where these choose another syntax, whose mistakes PostgreSQL tells.
fn advanced(pattern: &str) -> Result<Option<&str>, &'static str> {
    let pattern = match pattern.strip_prefix("***") {
        None => pattern,
        Some(rest) if rest.starts_with('=') => return Ok(None),
        Some(rest) => rest.strip_prefix(':').ok_or(REPEATS)?,
    };
    let options =
        pattern.strip_prefix("(?").filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    let Some(options) = options else { return Ok(Some(pattern)) };
    let (letters, rest) = options.split_once(')').ok_or(OPTIONS)?;
    if !letters.chars().all(|letter| "bceimnpqstwx".contains(letter)) {
        return Err(OPTIONS);
    }
    Ok(Some(rest).filter(|_| !letters.contains(['b', 'e', 'q', 'x'])))
}

/// What an open parenthesis is for.
#[derive(PartialEq)]
enum Open {
    /// A group of this number.
    Group(usize),
    /// One without a number.
    Plain,
    /// What is looked for ahead or behind.
    Look,
}

/// What a `\` and what follows stand for.
enum Escape {
    /// A character, where it is known which.
    Char(Option<u32>),
    Class,
    /// A place that has no width, so that nothing is repeated.
    Place,
    Reference(usize),
}

struct Reader {
    rest: Vec<char>,
    at: usize,
    /// Whether each numbered group has ended.
    groups: Vec<bool>,
}

impl Reader {
    fn read(&mut self) -> Result<(), &'static str> {
        let mut open = Vec::new();
        let mut repeatable = false;
        while let Some(next) = self.next() {
            repeatable = match next {
                '(' if self.eat("?#") => {
                    while self.next().is_some_and(|next| next != ')') {}
                    continue;
                }
                '(' => {
                    open.push(self.open(open.contains(&Open::Look))?);
                    false
                }
                ')' => match open.pop().ok_or(GROUPS)? {
                    Open::Group(number) => {
                        self.groups[number - 1] = true;
                        true
                    }
                    Open::Plain => true,
                    Open::Look => false,
                },
                '|' | '^' | '$' => false,
                '*' | '+' | '?' => self.repeat(repeatable)?,
                '{' if self.peek().is_some_and(|next| next.is_ascii_digit()) => {
                    self.count()?;
                    self.repeat(repeatable)?
                }
                '[' if self.eat("[:<:]]") || self.eat("[:>:]]") => false,
                '[' => {
                    self.brackets()?;
                    true
                }
                '\\' => match self.escape()? {
                    Escape::Char(_) | Escape::Class => true,
                    Escape::Place => false,
                    Escape::Reference(number) => {
                        let ended = number.checked_sub(1).and_then(|place| self.groups.get(place));
                        if open.contains(&Open::Look) || ended != Some(&true) {
                            return Err(REFERENCES);
                        }
                        true
                    }
                },
                _ => true,
            };
        }
        if open.is_empty() { Ok(()) } else { Err(GROUPS) }
    }

    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    /// Takes a text if it comes next.
    fn eat(&mut self, text: &str) -> bool {
        let comes = text.chars().eq(self.rest[self.at..].iter().copied().take(text.len()));
        self.at += if comes { text.len() } else { 0 };
        comes
    }

    /// Reads behind a `(`.
    fn open(&mut self, looks: bool) -> Result<Open, &'static str> {
        if !self.eat("?") {
            if looks {
                return Ok(Open::Plain);
            }
            self.groups.push(false);
            return Ok(Open::Group(self.groups.len()));
        }
        if self.eat(":") {
            return Ok(Open::Plain);
        }
        let looks = ["=", "!", "<=", "<!"].into_iter().any(|sign| self.eat(sign));
        if looks { Ok(Open::Look) } else { Err(REPEATS) }
    }

    /// Ends a quantifier, which nothing can repeat.
    fn repeat(&mut self, repeatable: bool) -> Result<bool, &'static str> {
        self.eat("?");
        if repeatable { Ok(false) } else { Err(REPEATS) }
    }

    /// Reads behind the `{` of a quantifier.
    fn count(&mut self) -> Result<(), &'static str> {
        let least = self.number(10, 1..=9)?.filter(|least| *least <= 255).ok_or(COUNTS)?;
        if self.eat(",") && self.peek() != Some('}') {
            let most = self.number(10, 1..=9)?.ok_or(COUNTS)?;
            if !(least..=255).contains(&most) {
                return Err(COUNTS);
            }
        }
        if self.eat("}") { Ok(()) } else { Err(COUNTS) }
    }

    /// Reads so many digits; nothing where their number is too large to tell.
    fn number(&mut self, radix: u32, digits: RangeInclusive<usize>) -> Result<Option<u32>, &'static str> {
        let (mut number, start) = (Some(0_u32), self.at);
        while self.at - start < *digits.end()
            && let Some(digit) = self.peek().and_then(|next| next.to_digit(radix))
        {
            self.at += 1;
            number = number.and_then(|number| number.checked_mul(radix)?.checked_add(digit));
        }
        if self.at - start < *digits.start() { Err(ESCAPES) } else { Ok(number) }
    }

    /// Reads behind a `\`.
    fn escape(&mut self) -> Result<Escape, &'static str> {
        let next = self.next().ok_or(ESCAPES)?;
        Ok(match next {
            'a' | 'b' | 'B' | 'e' | 'f' | 'n' | 'r' | 't' | 'v' => Escape::Char(None),
            'c' => Escape::Char(Some(u32::from(self.next().ok_or(ESCAPES)?) & 0x1f)),
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => Escape::Class,
            'A' | 'm' | 'M' | 'y' | 'Y' | 'Z' => Escape::Place,
            'u' => Escape::Char(self.number(16, 4..=4)?),
            'U' => Escape::Char(self.number(16, 8..=8)?),
            'x' => Escape::Char(self.number(16, 1..=255)?),
            '0'..='9' => {
                self.at -= 1;
                let start = self.at;
                let number = self.number(10, 1..=255)?.unwrap_or(u32::MAX) as usize;
                // Two digits and more are a character of that octal number, unless there are so many groups.
                if next != '0' && (self.at == start + 1 || number <= self.groups.len()) {
                    return Ok(Escape::Reference(number));
                }
                self.at = start;
                let mut number = self.number(8, 1..=3)?.ok_or(ESCAPES)?;
                if number > 0xff {
                    self.at -= 1;
                    number >>= 3;
                }
                Escape::Char(Some(number))
            }
            other if other.is_ascii_alphabetic() => return Err(ESCAPES),
            other => Escape::Char(Some(other.into())),
        })
    }

    /// Reads behind a `[`.
    fn brackets(&mut self) -> Result<(), &'static str> {
        self.eat("^");
        let start = self.at;
        loop {
            let is_first = self.at == start;
            let from = match self.next().ok_or(BRACKETS)? {
                ']' if !is_first => return Ok(()),
                '-' if !is_first && self.peek() != Some(']') => return Err(RANGES),
                '[' if self.peek() == Some(':') => {
                    let name = self.name()?;
                    if !CLASS_NAMES.contains(&name.as_str()) {
                        return Err(CLASSES);
                    }
                    continue;
                }
                '[' if self.peek() == Some('=') => {
                    self.name()?;
                    continue;
                }
                first => match self.element(first)? {
                    Escape::Char(from) => from,
                    _ => continue,
                },
            };
            let is_range = self.peek() == Some('-') && self.rest.get(self.at + 1) != Some(&']');
            if !is_range {
                continue;
            }
            self.at += 1;
            let first = self.next().ok_or(BRACKETS)?;
            if first == '[' && matches!(self.peek(), Some(':' | '=')) {
                return Err(RANGES);
            }
            let Escape::Char(to) = self.element(first)? else { return Err(RANGES) };
            if from.zip(to).is_some_and(|(from, to)| from > to) {
                return Err(RANGES);
            }
        }
    }

    /// A character or a class in brackets, of which the first character was read.
    fn element(&mut self, first: char) -> Result<Escape, &'static str> {
        match first {
            '\\' => match self.escape()? {
                Escape::Place | Escape::Reference(_) => Err(ESCAPES),
                element => Ok(element),
            },
            '[' if self.peek() == Some('.') => {
                let name: Vec<char> = self.name()?.chars().collect();
                // One of several characters is a name, which PostgreSQL knows.
                Ok(Escape::Char(if let [only] = name[..] { Some(only.into()) } else { None }))
            }
            other => Ok(Escape::Char(Some(other.into()))),
        }
    }

    /// A name in brackets, from the sign before it to the same sign and a `]` behind it.
    fn name(&mut self) -> Result<String, &'static str> {
        let sign = self.next().ok_or(BRACKETS)?;
        let mut name = String::new();
        loop {
            let next = self.next().ok_or(BRACKETS)?;
            if next == sign && self.eat("]") {
                return if name.is_empty() { Err(CLASSES) } else { Ok(name) };
            }
            name.push(next);
        }
    }
}
