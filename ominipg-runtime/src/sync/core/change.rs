use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::image::{BadImage, Image, Layout};
use super::key::RowKey;

/// What a change did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// It made a row: there is a new image.
    Insert,
    /// It changed a row: there are both images.
    Update,
    /// It deleted a row: there is an old image. So does a `TRUNCATE`, row by row.
    Delete,
}

impl Op {
    /// As the change log has it.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Insert => b'I',
            Self::Update => b'U',
            Self::Delete => b'D',
        }
    }

    /// From how the change log has it.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        [Self::Insert, Self::Update, Self::Delete].into_iter().find(|op| op.code() == code)
    }
}

/// A row of the change log, its images not yet read.
#[derive(Clone, Debug)]
pub(crate) struct RawChange {
    /// Its place: greater than that of everything committed before.
    pub(crate) seq: i64,
    /// Its transaction.
    pub(crate) tx: u64,
    /// The wall clock when it was made, in milliseconds since 1970.
    pub(crate) at: u64,
    /// The number of its layout in the change log.
    pub(crate) layout_id: i32,
    /// That layout.
    pub(crate) layout: Arc<Layout>,
    /// What it did.
    pub(crate) op: Op,
    /// The row before, as `record_send` gave it.
    pub(crate) old: Option<Bytes>,
    /// The row after.
    pub(crate) new: Option<Bytes>,
}

impl RawChange {
    /// How many bytes of images it carries.
    pub(crate) fn size(&self) -> usize {
        self.old.as_ref().map_or(0, Bytes::len) + self.new.as_ref().map_or(0, Bytes::len)
    }

    /// Feeds all of it to a hash. Every part has a length, so that no two changes feed the same bytes.
    pub(crate) fn digest(&self, hash: &mut Sha256) {
        hash.update(self.seq.to_be_bytes());
        hash.update(self.tx.to_be_bytes());
        hash.update(self.at.to_be_bytes());
        hash.update(self.layout_id.to_be_bytes());
        hash.update([self.op.code()]);
        for image in [&self.old, &self.new] {
            match image {
                None => hash.update(u64::MAX.to_be_bytes()),
                Some(image) => {
                    hash.update((image.len() as u64).to_be_bytes());
                    hash.update(image);
                }
            }
        }
    }

    /// Reads the images.
    pub(crate) fn parse(&self) -> Result<Change, BadImage> {
        let image = |bytes: &Option<Bytes>| -> Result<Image, BadImage> {
            Image::parse(&self.layout, bytes.clone().ok_or(BadImage::Missing)?)
        };
        let (old, new) = match self.op {
            Op::Insert => (None, Some(image(&self.new)?)),
            Op::Update => (Some(image(&self.old)?), Some(image(&self.new)?)),
            Op::Delete => (Some(image(&self.old)?), None),
        };
        let key = |image: &Image| image.key().map(|key| RowKey { table: self.layout.table, key });
        let old_key = old.as_ref().map(key).transpose()?;
        let mut new_key = new.as_ref().map(key).transpose()?;
        if old_key == new_key {
            // One key for both takes less.
            new_key.clone_from(&old_key);
        }
        Ok(Change { seq: self.seq, at: self.at, old, new, old_key, new_key })
    }
}

/// A change of one row. Its images and keys fit what it did.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// Its place: greater than that of everything committed before.
    pub(crate) seq: i64,
    /// The wall clock when it was made, in milliseconds since 1970.
    pub(crate) at: u64,
    /// The row before.
    pub(crate) old: Option<Image>,
    /// The row after.
    pub(crate) new: Option<Image>,
    /// The key before.
    pub(crate) old_key: Option<RowKey>,
    /// The key after.
    pub(crate) new_key: Option<RowKey>,
}

impl Change {
    /// The rows that it touches: two where a key was changed.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &RowKey> {
        let new = self.new_key.as_ref().filter(|new| self.old_key.as_ref() != Some(new));
        self.old_key.iter().chain(new)
    }

    /// Whether it left the row as it was.
    ///
    /// Nobody meant such a change to win over another's, so it counts for nothing.
    pub(crate) fn is_idle(&self) -> bool {
        self.old.is_some() && self.old == self.new
    }
}
