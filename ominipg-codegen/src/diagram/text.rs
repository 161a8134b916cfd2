//! Texts in a picture.

/// How wide a character of the fixed-width font is, in tenths of a pixel at the size of rows.
const TENTHS: usize = 73;

/// How wide a text is at most, in pixels.
pub(super) fn width(text: &str) -> usize {
    // Characters beyond Latin may be twice as wide.
    let cells: usize = text.chars().map(|c| if u32::from(c) < 0x1100 { 1 } else { 2 }).sum();
    (cells * TENTHS).div_ceil(10)
}

/// A text in XML; what XML has no place for is left out.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
