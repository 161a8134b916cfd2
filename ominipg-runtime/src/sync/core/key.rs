use std::sync::Arc;

use bytes::Bytes;

/// The fields that tell a table's rows apart, in binary form: never joined, so that no two keys can look the same. A clone is
/// the same one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key(pub(crate) Arc<[Bytes]>);

impl FromIterator<Bytes> for Key {
    fn from_iter<T: IntoIterator<Item = Bytes>>(fields: T) -> Self {
        Self(fields.into_iter().collect())
    }
}

/// A row of some table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RowKey {
    /// Which table, by its place in the list of tables that are synced.
    pub(crate) table: usize,
    /// Which row of it.
    pub(crate) key: Key,
}
