use std::error::Error as StdError;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{IsNull, Type};

/// Writes a value's bytes, or says that it is NULL.
pub(crate) type Write<'a> =
    &'a mut dyn FnMut(&Type, &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>>;

/// The values of one column, each as PostgreSQL's arrays have it: a length (-1 is NULL), then the bytes.
#[derive(Default)]
pub(crate) struct Slot {
    bytes: BytesMut,
    count: usize,
    last: usize,
    nulls: bool,
}

const NULL: i32 = -1;

impl Slot {
    /// Adds a value; one that cannot be written is NULL, and the error is returned.
    pub(crate) fn push(
        &mut self,
        ty: &Type,
        write: Write<'_>,
    ) -> Result<(), Box<dyn StdError + Sync + Send>> {
        let start = self.bytes.len();
        self.count += 1;
        self.last = start;
        self.bytes.put_i32(0);
        let written = write(ty, &mut self.bytes).and_then(|null| match null {
            IsNull::Yes => Ok(NULL),
            IsNull::No => {
                i32::try_from(self.bytes.len() - start - 4).map_err(|_| "it is larger than 2 GB".into())
            }
        });
        let length = *written.as_ref().unwrap_or(&NULL);
        if length == NULL {
            self.bytes.truncate(start + 4);
            self.nulls = true;
        }
        self.bytes[start..start + 4].copy_from_slice(&length.to_be_bytes());
        written.map(drop)
    }

    /// Adds a value that is encoded already.
    pub(crate) fn push_raw(&mut self, value: Option<&[u8]>) {
        self.last = self.bytes.len();
        self.count += 1;
        self.nulls |= value.is_none();
        // A value that was read from a slot has a length that fits.
        self.bytes.put_i32(value.map_or(NULL, |value| value.len() as i32));
        self.bytes.put_slice(value.unwrap_or_default());
    }

    /// Takes the last value away; works once after each push.
    pub(crate) fn pop(&mut self) {
        self.bytes.truncate(self.last);
        self.count -= 1;
    }

    /// Bytes held.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many values there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Whether a value is NULL.
    pub(crate) fn has_nulls(&self) -> bool {
        self.nulls
    }

    /// The bytes of all values with their lengths.
    pub(crate) fn raw(&self) -> &[u8] {
        &self.bytes
    }

    /// The values.
    pub(crate) fn elements(&self) -> Elements<'_> {
        Elements(&self.bytes)
    }
}

/// Reads values with their lengths.
pub(crate) struct Elements<'a>(pub(crate) &'a [u8]);

impl<'a> Elements<'a> {
    /// The bytes of the next value, with its length before them.
    pub(crate) fn next_raw(&mut self) -> Option<&'a [u8]> {
        let before = self.0;
        self.next()?;
        before.get(..before.len() - self.0.len())
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Option<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            self.0 = rest;
            return Some(None);
        };
        let (element, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(Some(element))
    }
}
