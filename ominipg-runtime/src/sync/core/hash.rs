use sha2::{Digest, Sha256};

use super::change::RawChange;
use super::stamp::ReplicaId;

/// What a replica has pushed until a batch, as one number: each depends on all before it.
///
/// It is made of what the change log has, not of stamps or edits: who reads the same changes again gets the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BatchHash(pub(crate) [u8; 32]);

impl BatchHash {
    /// That of a replica which has pushed nothing.
    pub(crate) fn genesis(replica: ReplicaId) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"ominipg sync 1");
        hash.update(replica.get().to_be_bytes());
        Self(hash.finalize().into())
    }

    /// That of the next batch.
    pub(crate) fn next(self, batch_no: u64, high_seq: i64, trail: &[TransactionDigest]) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(batch_no.to_be_bytes());
        hash.update(high_seq.to_be_bytes());
        for digest in trail {
            hash.update(digest.0);
        }
        Self(hash.finalize().into())
    }
}

/// What a transaction did, as one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TransactionDigest(pub(crate) [u8; 32]);

impl TransactionDigest {
    /// That of a transaction's changes.
    pub(crate) fn of<'a>(changes: impl IntoIterator<Item = &'a RawChange>) -> Self {
        let mut hash = Sha256::new();
        for change in changes {
            change.digest(&mut hash);
        }
        Self(hash.finalize().into())
    }

    /// As much of it as the server keeps.
    pub(crate) fn short(self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}
