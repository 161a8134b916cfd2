//! The text that a page hands out for the next: which sort it belongs to, and the values of its last row.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;

use super::keyset::Key;
use crate::error::{Error, ErrorKind};
use crate::param::Param;
use crate::schema::TableDef;

/// Raised where the bytes mean something else.
const VERSION: u8 = 1;
/// The length of a NULL.
const NULL: u32 = u32::MAX;

/// Writes a cursor.
pub(super) fn write(table: &TableDef, keys: &[Key], values: &[Param]) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend(fingerprint(table, keys).to_be_bytes());
    for value in values {
        match &value.value {
            None => bytes.extend(NULL.to_be_bytes()),
            Some(value) => {
                bytes.extend((value.len() as u32).to_be_bytes());
                bytes.extend_from_slice(value);
            }
        }
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a cursor. It may come from outside: what is in it is only ever sent as values.
pub(super) fn read(table: &TableDef, keys: &[Key], cursor: &str) -> Result<Vec<Param>, Error> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refused("it is not what a page has given out"))?;
    let Some((&VERSION, rest)) = bytes.split_first() else {
        return Err(refused("it is not what a page of this version has given out"));
    };
    let Some((print, mut rest)) = rest.split_first_chunk() else { return Err(refused("it is cut off")) };
    if u64::from_be_bytes(*print) != fingerprint(table, keys) {
        return Err(refused("it belongs to another table or another order; begin anew with `After::start`"));
    }
    let mut values = Vec::with_capacity(keys.len());
    for key in keys {
        let (value, after) = field(rest).ok_or_else(|| refused("it is cut off"))?;
        values.push(Param::new(key.column.ty.wire(), value.map(Bytes::copy_from_slice)).of(key.column));
        rest = after;
    }
    if rest.is_empty() { Ok(values) } else { Err(refused("something follows its end")) }
}

type Field<'a> = (Option<&'a [u8]>, &'a [u8]);

fn field(bytes: &[u8]) -> Option<Field<'_>> {
    let (len, rest) = bytes.split_first_chunk()?;
    match u32::from_be_bytes(*len) {
        NULL => Some((None, rest)),
        len => rest.split_at_checked(len as usize).map(|(value, rest)| (Some(value), rest)),
    }
}

fn refused(why: &str) -> Error {
    Error::new(ErrorKind::Parameter, format!("the cursor of a page cannot be used: {why}"))
}

/// What must be the same for a cursor to mean anything: FNV-1a of the table and its sort, the same in every build.
fn fingerprint(table: &TableDef, keys: &[Key]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {
        for &byte in bytes.iter().chain(&[0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    add(table.name.as_bytes());
    for key in keys {
        add(key.column.name.as_bytes());
        add(key.column.ty.name().as_bytes());
        add(&[u8::from(key.descending), u8::from(key.nulls_first)]);
    }
    hash
}

#[cfg(test)]
mod tests {
    use tokio_postgres::types::Type;

    use super::*;
    use crate::schema::ColumnDef;

    const fn column(name: &'static str) -> ColumnDef {
        ColumnDef { name, property: name, nullable: true, ..ColumnDef::DEFAULT }
    }

    static COLUMNS: [ColumnDef; 2] = [column("a"), column("b")];
    static TABLE: TableDef =
        TableDef { name: "t", columns: &COLUMNS, primary_key: &[0], ..TableDef::DEFAULT };

    fn keys(descending: bool) -> Vec<Key> {
        COLUMNS.iter().map(|column| Key { column, descending, nulls_first: false }).collect()
    }

    fn values() -> Vec<Param> {
        vec![Param::text("x"), Param::new(Type::TEXT, None)]
    }

    #[test]
    fn a_cursor_comes_back() {
        let cursor = write(&TABLE, &keys(false), &values());
        let back = read(&TABLE, &keys(false), &cursor).expect("it is one");
        assert_eq!(back[0].value.as_deref(), Some(&b"x"[..]));
        assert_eq!(back[1].value, None);
    }

    #[test]
    fn another_cursor_is_refused() {
        let cursor = write(&TABLE, &keys(false), &values());
        let refusal =
            |cursor: &str, keys: &[Key]| read(&TABLE, keys, cursor).expect_err("it is none").to_string();
        assert!(refusal(&cursor, &keys(true)).contains("another order"));
        assert!(refusal("?", &keys(false)).contains("not what a page"));
        assert!(refusal("", &keys(false)).contains("not what a page"));
        for end in 1..cursor.len() {
            read(&TABLE, &keys(false), &cursor[..end]).expect_err("it is cut off");
        }
        let longer = write(&TABLE, &keys(false), &[values(), values()].concat());
        assert!(refusal(&longer, &keys(false)).contains("follows"));
    }
}
