//! What a server keeps beside a row, as it stands in its table.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::write::number;
use crate::sync::core::{HybridTime, ReplicaId, Shadow, Stamp};

/// The stamp of a time and a replica, as the table has them; zero where nobody is known.
pub(super) fn stamp(time: i64, replica: i64) -> Stamp {
    match ReplicaId::new(replica.cast_unsigned()) {
        Some(replica) => Stamp::new(HybridTime::new(time.cast_unsigned()), replica),
        None => Stamp::ZERO,
    }
}

/// The time and the replica of a stamp, as the table has them.
pub(super) fn parts(stamp: Stamp) -> (i64, i64) {
    (stamp.time().get().cast_signed(), stamp.replica().map_or(0, number))
}

/// What the table says of a row.
pub(super) fn read(time: i64, replica: i64, live: bool, columns: Option<&str>) -> Shadow {
    let row = stamp(time, replica);
    let whole = if live { Shadow::of_row(row) } else { Shadow::of_deleted(row) };
    columns.and_then(|columns| by_column(columns, whole.deleted)).unwrap_or(whole)
}

fn by_column(text: &str, deleted: Option<Stamp>) -> Option<Shadow> {
    let found: Value = serde_json::from_str(text).ok()?;
    let of = |value: &Value| Some(stamp(value.get(0)?.as_i64()?, value.get(1)?.as_i64()?));
    let mut columns = Vec::new();
    for (name, value) in found.get("columns")?.as_object()? {
        columns.push((Arc::from(name.as_str()), of(value)?));
    }
    columns.sort_by(|one: &(Arc<str>, Stamp), other| one.0.cmp(&other.0));
    Some(Shadow { stamp: of(found.get("row")?)?, columns, deleted })
}

/// What is to be kept of the columns; nothing where the row has one stamp.
pub(super) fn columns(shadow: &Shadow) -> Option<String> {
    let pair = |stamp: Stamp| {
        let (time, replica) = parts(stamp);
        json!([time, replica])
    };
    if shadow.columns.is_empty() && shadow.deleted.is_none_or(|deleted| deleted == shadow.stamp) {
        return None;
    }
    let columns: Map<String, Value> =
        shadow.columns.iter().map(|(name, stamp)| (name.to_string(), pair(*stamp))).collect();
    Some(json!({ "row": pair(shadow.stamp), "columns": columns }).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back() {
        let (one, two) = (stamp(7 << 16, 3), stamp(i64::MAX, 9));
        let mut shadow = Shadow { stamp: one, columns: vec![(Arc::from("b\"c"), two)], deleted: None };
        for deleted in [None, Some(stamp(i64::MAX, 10))] {
            shadow.deleted = deleted;
            let (time, replica) = parts(shadow.latest());
            assert_eq!(read(time, replica, deleted.is_none(), columns(&shadow).as_deref()), shadow);
        }
        for whole in [Shadow::of_row(one), Shadow::of_deleted(two), Shadow::default()] {
            assert_eq!(columns(&whole), None);
            let (time, replica) = parts(whole.latest());
            assert_eq!(read(time, replica, whole.deleted.is_none(), None), whole);
        }
    }
}
