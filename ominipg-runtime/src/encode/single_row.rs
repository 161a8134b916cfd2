use std::error::Error as StdError;
use std::ops::Range;

use bytes::{Bytes, BytesMut};
use tokio_postgres::types::{IsNull, Type};

use super::slot::Write;

/// The bytes of most rows.
const BYTES: usize = 128;

/// The values of one row, one behind the other: as parameters they share what holds them.
pub(super) struct SingleRow {
    bytes: BytesMut,
    /// The columns, and where their values are; nowhere where they are NULL.
    values: Vec<(usize, Option<Range<usize>>)>,
}

impl SingleRow {
    pub(super) fn new(columns: usize) -> Self {
        Self { bytes: BytesMut::with_capacity(BYTES), values: Vec::with_capacity(columns) }
    }

    /// Adds a value; one that cannot be written is NULL, and the error is returned.
    pub(super) fn push(
        &mut self,
        column: usize,
        ty: &Type,
        write: Write<'_>,
    ) -> Result<(), Box<dyn StdError + Sync + Send>> {
        let start = self.bytes.len();
        let written = write(ty, &mut self.bytes);
        let place = matches!(written, Ok(IsNull::No)).then(|| start..self.bytes.len());
        if place.is_none() {
            self.bytes.truncate(start);
        }
        self.values.push((column, place));
        written.map(drop)
    }

    /// How many of the columns up to this one have values.
    pub(super) fn count_to(&self, column: usize) -> usize {
        self.values.iter().filter(|(at, _)| *at <= column).count()
    }

    /// The values, in the order of their columns.
    pub(super) fn finish(mut self) -> impl Iterator<Item = (usize, Option<Bytes>)> {
        self.values.sort_by_key(|(column, _)| *column);
        let mut bytes = self.bytes.freeze();
        let mut value = move |place: Range<usize>| {
            // One value alone shares its bytes with nobody.
            if place.len() == bytes.len() { std::mem::take(&mut bytes) } else { bytes.slice(place) }
        };
        self.values.into_iter().map(move |(column, place)| (column, place.map(&mut value)))
    }
}
