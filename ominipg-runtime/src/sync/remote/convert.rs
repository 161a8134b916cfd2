//! Values of one database in the binary form that another takes: the same bytes, but for the numbers of types in them.

use bytes::{BufMut, Bytes, BytesMut};
use tokio_postgres::types::{Kind, Type};

/// How the values of a column become those of a server's column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Convert {
    /// They are the same bytes.
    Same,
    /// A whole number gets so many bytes.
    Widen(usize),
    /// Numbers of types stand in them, which are the server's own.
    Renumber { from: Type, to: Type },
}

/// The first number of a type that is not PostgreSQL's own.
const FIRST_OWN: u32 = 16_384;

impl Convert {
    /// How values of `from` become those of `to`; none where they cannot.
    pub(super) fn plan(from: &Type, to: &Type) -> Option<Self> {
        if is_same(from, to) {
            let plain = !has_numbers(from);
            return Some(if plain {
                Self::Same
            } else {
                Self::Renumber { from: from.clone(), to: to.clone() }
            });
        }
        match (bare(from), bare(to)) {
            (&Type::INT2, &Type::INT4) => Some(Self::Widen(4)),
            (&Type::INT2 | &Type::INT4, &Type::INT8) => Some(Self::Widen(8)),
            (&Type::TEXT | &Type::VARCHAR, &Type::TEXT | &Type::VARCHAR) => Some(Self::Same),
            _ => None,
        }
    }

    /// The value as the server takes it; none where it is not in the binary form of its type.
    pub(super) fn convert(&self, value: &Bytes) -> Option<Bytes> {
        match self {
            Self::Same => Some(value.clone()),
            Self::Widen(size) => {
                let fill = if value.first().is_some_and(|first| first & 0x80 != 0) { 0xff } else { 0 };
                let mut out = vec![fill; size.checked_sub(value.len())?];
                out.extend_from_slice(value);
                Some(out.into())
            }
            Self::Renumber { from, to } => {
                let mut out = BytesMut::with_capacity(value.len());
                renumber(from, to, &mut &value[..], &mut out)?;
                Some(out.freeze())
            }
        }
    }
}

/// Behind domains.
fn bare(ty: &Type) -> &Type {
    match ty.kind() {
        Kind::Domain(inner) => bare(inner),
        _ => ty,
    }
}

/// Whether two databases mean the same by two types: PostgreSQL's own have the same numbers, others the same names and
/// parts.
fn is_same(from: &Type, to: &Type) -> bool {
    let (from, to) = (bare(from), bare(to));
    if from.oid() < FIRST_OWN || to.oid() < FIRST_OWN {
        return from.oid() == to.oid();
    }
    match (from.kind(), to.kind()) {
        (Kind::Array(from), Kind::Array(to))
        | (Kind::Range(from), Kind::Range(to))
        | (Kind::Multirange(from), Kind::Multirange(to)) => is_same(from, to),
        (Kind::Composite(from), Kind::Composite(to)) => {
            from.len() == to.len()
                && from
                    .iter()
                    .zip(to)
                    .all(|(from, to)| from.name() == to.name() && is_same(from.type_(), to.type_()))
        }
        _ => from.name() == to.name(),
    }
}

/// Whether numbers of types that are not PostgreSQL's own stand in the values.
fn has_numbers(ty: &Type) -> bool {
    match bare(ty).kind() {
        Kind::Array(inner) => inner.oid() >= FIRST_OWN || has_numbers(inner),
        Kind::Range(inner) | Kind::Multirange(inner) => has_numbers(inner),
        Kind::Composite(fields) => {
            fields.iter().any(|field| field.type_().oid() >= FIRST_OWN || has_numbers(field.type_()))
        }
        _ => false,
    }
}

fn renumber(from: &Type, to: &Type, value: &mut &[u8], out: &mut BytesMut) -> Option<()> {
    let (from, to) = (bare(from), bare(to));
    match (from.kind(), to.kind()) {
        (Kind::Array(from), Kind::Array(to)) => {
            let dimensions = copy_i32(value, out)?;
            copy(value, 4, out)?;
            take(value, 4)?;
            out.put_u32(to.oid());
            copy(value, usize::try_from(dimensions).ok()?.checked_mul(8)?, out)?;
            while !value.is_empty() {
                part(from, to, value, out)?;
            }
        }
        (Kind::Composite(from), Kind::Composite(to)) => {
            copy(value, 4, out)?;
            for (from, to) in from.iter().zip(to) {
                take(value, 4)?;
                out.put_u32(to.type_().oid());
                part(from.type_(), to.type_(), value, out)?;
            }
        }
        (Kind::Range(from), Kind::Range(to)) => {
            copy(value, 1, out)?;
            while !value.is_empty() {
                part(from, to, value, out)?;
            }
        }
        (Kind::Multirange(from), Kind::Multirange(to)) => {
            copy(value, 4, out)?;
            while !value.is_empty() {
                let mut range = take_sized(value)?;
                let start = out.len();
                out.put_u32(0);
                copy(&mut range, 1, out)?;
                while !range.is_empty() {
                    part(from, to, &mut range, out)?;
                }
                set_size(out, start)?;
            }
        }
        _ => copy(value, value.len(), out)?,
    }
    value.is_empty().then_some(())
}

/// One value inside another: its size, and its bytes.
fn part(from: &Type, to: &Type, value: &mut &[u8], out: &mut BytesMut) -> Option<()> {
    if value.get(..4)? == [0xff; 4] {
        return copy(value, 4, out);
    }
    let mut inner = take_sized(value)?;
    let start = out.len();
    out.put_u32(0);
    renumber(from, to, &mut inner, out)?;
    set_size(out, start)
}

fn set_size(out: &mut BytesMut, start: usize) -> Option<()> {
    let size = i32::try_from(out.len() - start - 4).ok()?;
    out[start..start + 4].copy_from_slice(&size.to_be_bytes());
    Some(())
}

fn take<'a>(value: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = value.split_at_checked(count)?;
    *value = rest;
    Some(taken)
}

fn take_sized<'a>(value: &mut &'a [u8]) -> Option<&'a [u8]> {
    let size = i32::from_be_bytes(take(value, 4)?.try_into().ok()?);
    take(value, usize::try_from(size).ok()?)
}

fn copy(value: &mut &[u8], count: usize, out: &mut BytesMut) -> Option<()> {
    out.put_slice(take(value, count)?);
    Some(())
}

fn copy_i32(value: &mut &[u8], out: &mut BytesMut) -> Option<i32> {
    let taken = take(value, 4)?;
    out.put_slice(taken);
    Some(i32::from_be_bytes(taken.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(name: &str, oid: u32, kind: Kind) -> Type {
        Type::new(name.to_owned(), oid, kind, "public".to_owned())
    }

    fn moods(offset: u32) -> Type {
        let mood = own("mood", offset, Kind::Enum(vec!["sad".to_owned(), "glad".to_owned()]));
        own("_mood", offset + 1, Kind::Array(mood))
    }

    #[test]
    fn numbers_of_types_are_the_servers() {
        let (here, there) = (moods(16_500), moods(20_000));
        let plan = Convert::plan(&here, &there).expect("the same by name");
        let array = |oid: u32| {
            let mut out = BytesMut::new();
            out.put_i32(1);
            out.put_i32(1);
            out.put_u32(oid);
            out.put_slice(&[0, 0, 0, 2, 0xff, 0xff, 0xff, 0xfe]);
            out.put_slice(b"\x00\x00\x00\x03sad\xff\xff\xff\xff");
            out.freeze()
        };
        assert_eq!(plan.convert(&array(16_500)), Some(array(20_000)));
        assert_eq!(plan.convert(&array(16_500).slice(..25)), None, "cut short");
    }

    #[test]
    fn whole_numbers_are_widened_with_their_sign() {
        let plan = Convert::plan(&Type::INT2, &Type::INT8).expect("a number that is wider");
        assert_eq!(plan.convert(&Bytes::from_static(&[0xff, 0xfe])).unwrap()[..], (-2i64).to_be_bytes());
        assert_eq!(plan.convert(&Bytes::from_static(&[0, 7])).unwrap()[..], 7i64.to_be_bytes());
        assert_eq!(Convert::plan(&Type::INT8, &Type::INT4), None);
        assert_eq!(Convert::plan(&Type::TEXT, &Type::JSON), None);
    }
}
