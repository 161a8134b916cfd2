//! The tables of the model. Every column is an eight-byte number.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;

use super::super::{ColumnPolicy, Image, Key, Layout, Policy, RowKey, Rules};

/// Rows under the policy of the later write.
pub(super) const ROWS: usize = 0;
/// Rows whose columns are decided one by one.
pub(super) const COLUMNS: usize = 1;
/// One row with a counter and a maximum, to which most transactions add: shows what is doubled.
pub(super) const PROBE: usize = 2;
/// A row for each transaction: shows what is lost.
pub(super) const APPEND: usize = 3;
/// Rows of which the server refuses some.
pub(super) const HARD: usize = 4;

/// What the server refuses in [`HARD`].
pub(super) const POISON: i64 = -666;

pub(super) struct Table {
    pub(super) layout: Arc<Layout>,
    pub(super) rules: Rules,
}

/// All of them.
pub(super) static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let lww = Policy::LastWriteWins;
    let sums = [("n", ColumnPolicy::Counter), ("m", ColumnPolicy::Max)];
    vec![
        table(ROWS, &["id", "a", "b", "c"], lww, &[]),
        table(COLUMNS, &["id", "a", "b", "c"], Policy::LastWriteWinsPerColumn, &[]),
        table(PROBE, &["id", "n", "m", "a"], lww, &sums),
        table(APPEND, &["id", "delta"], lww, &[]),
        table(HARD, &["id", "a"], lww, &[]),
    ]
});

pub(super) fn table(table: usize, columns: &[&str], policy: Policy, sums: &[(&str, ColumnPolicy)]) -> Table {
    let columns = columns.iter().map(|&name| name.into()).collect();
    let sums = sums.iter().map(|&(name, policy)| (name.into(), policy)).collect();
    Table {
        layout: Arc::new(Layout { table, columns, key: vec![0] }),
        rules: Rules { policy, columns: sums },
    }
}

pub(super) fn field(value: i64) -> Bytes {
    Bytes::copy_from_slice(&value.to_be_bytes())
}

pub(super) fn number(field: &Option<Bytes>) -> Option<i64> {
    let bytes: [u8; 8] = field.as_deref()?.try_into().ok()?;
    Some(i64::from_be_bytes(bytes))
}

pub(super) fn image_of(layout: &Arc<Layout>, values: &[Option<i64>]) -> Image {
    let fields = values.iter().map(|value| value.map(field)).collect();
    Image::new(layout.clone(), fields, vec![20; values.len()])
}

pub(super) fn image(table: usize, values: &[Option<i64>]) -> Image {
    image_of(&TABLES[table].layout, values)
}

pub(super) fn row_key(table: usize, id: i64) -> RowKey {
    RowKey { table, key: Key([field(id)].into()) }
}

/// A field of an image, as a number.
pub(super) fn value(image: &Image, column: usize) -> Option<i64> {
    number(&image.fields[column])
}

/// The rows that are everywhere from the beginning: a copy of what the server had.
pub(super) fn seeds() -> Vec<Image> {
    let mut seeds = vec![image(PROBE, &[Some(0), Some(100), Some(0), None])];
    for table in [ROWS, COLUMNS] {
        seeds.extend((0..2).map(|id| image(table, &[Some(id), Some(-1), Some(-2), None])));
    }
    seeds
}
