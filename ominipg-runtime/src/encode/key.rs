use std::hash::{Hash, Hasher};

use crate::schema::SqlType;

/// The bytes of a key of several rows' values: equal where the keys are. Most are short, and held in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    /// So many of these bytes; the others are 0.
    Short(u8, [u8; SHORT]),
    /// More than fit in place.
    Long(Vec<u8>),
}

const SHORT: usize = 22;

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            // By far the most: one whole number.
            Self::Short(8, [a, b, c, d, e, f, g, h, ..]) => {
                state.write_u64(u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]));
            }
            Self::Short(length, held) => state.write(&held[..usize::from(*length)]),
            Self::Long(held) => state.write(held),
        }
    }
}

impl Key {
    /// The key of these parts, all of which are taken; `None` where one is NULL.
    ///
    /// Integers are widened, so that an `int4` key meets an `int8` one.
    pub(crate) fn of<'a>(parts: impl ExactSizeIterator<Item = (SqlType, Option<&'a [u8]>)>) -> Option<Self> {
        let mut key = Self::Short(0, [0; SHORT]);
        // One part alone ends where the key does.
        let several = parts.len() > 1;
        let mut is_whole = true;
        for (ty, bytes) in parts {
            let Some(bytes) = bytes else {
                is_whole = false;
                continue;
            };
            let wide = match (ty, bytes) {
                (SqlType::Int2, &[a, b]) => Some(i64::from(i16::from_be_bytes([a, b]))),
                (SqlType::Int4, &[a, b, c, d]) => Some(i64::from(i32::from_be_bytes([a, b, c, d]))),
                _ => None,
            };
            let wide = wide.map(i64::to_be_bytes);
            let bytes = wide.as_ref().map_or(bytes, |wide| wide.as_slice());
            if several {
                key.push(&(bytes.len() as u64).to_be_bytes());
            }
            key.push(bytes);
        }
        is_whole.then_some(key)
    }

    fn push(&mut self, bytes: &[u8]) {
        match self {
            Self::Short(length, held) => {
                let start = usize::from(*length);
                match held.get_mut(start..start + bytes.len()) {
                    Some(free) => {
                        free.copy_from_slice(bytes);
                        *length += bytes.len() as u8;
                    }
                    None => *self = Self::Long([&held[..start], bytes].concat()),
                }
            }
            Self::Long(held) => held.extend_from_slice(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(parts: &[(SqlType, Option<&[u8]>)]) -> Option<Key> {
        Key::of(parts.iter().copied())
    }

    #[test]
    fn keys_are_equal_where_their_values_are() {
        let seven = (SqlType::Int8, Some(&7_i64.to_be_bytes()[..]));
        assert_eq!(key(&[seven]), key(&[(SqlType::Int4, Some(&7_i32.to_be_bytes()))]));
        assert_ne!(key(&[seven]), key(&[(SqlType::Int2, Some(&8_i16.to_be_bytes()))]));
        assert_eq!(key(&[seven, (SqlType::Text, None)]), None);
        let text = |text: &'static str| (SqlType::Text, Some(text.as_bytes()));
        assert_ne!(key(&[text("ab"), text("c")]), key(&[text("a"), text("bc")]));
        for length in [0, 21, 22, 23, 100] {
            let (one, other) = ("x".repeat(length), format!("{}y", "x".repeat(length)));
            let part = |text: &'static str| key(&[(SqlType::Text, Some(text.as_bytes()))]);
            let (one, other): (&'static str, &'static str) = (one.leak(), other.leak());
            assert_eq!(part(one), part(one));
            assert_ne!(part(one), part(other));
            assert_ne!(key(&[text(one), text(other)]), key(&[text(other), text(one)]));
        }
    }
}
