//! Marks as tables have them: batch, high, time, referee, hash.

use tokio_postgres::Row;

use super::core::{BatchHash, HybridTime, Mark};

/// The columns of a mark, in the order in which they are read.
pub(super) const COLUMNS: &str = "batch, high, time, referee, hash";

/// The mark whose columns begin at a place of a row; none where they are not those of a mark.
pub(super) fn read(row: &Row, at: usize) -> Option<Mark> {
    let hash: Vec<u8> = row.try_get(at + 4).ok()?;
    Some(Mark {
        batch_no: row.try_get::<_, i64>(at).ok()?.cast_unsigned(),
        high_seq: row.try_get(at + 1).ok()?,
        high_time: HybridTime::new(row.try_get::<_, i64>(at + 2).ok()?.cast_unsigned()),
        referee_ms: row.try_get::<_, i64>(at + 3).ok()?.cast_unsigned(),
        hash: BatchHash(hash.try_into().ok()?),
    })
}

/// A mark as parameters.
pub(super) struct Columns {
    pub(super) batch: i64,
    pub(super) high: i64,
    pub(super) time: i64,
    pub(super) referee: i64,
    pub(super) hash: Vec<u8>,
}

impl From<&Mark> for Columns {
    fn from(mark: &Mark) -> Self {
        Self {
            batch: mark.batch_no.cast_signed(),
            high: mark.high_seq,
            time: mark.high_time.get().cast_signed(),
            referee: mark.referee_ms.cast_signed(),
            hash: mark.hash.0.to_vec(),
        }
    }
}
