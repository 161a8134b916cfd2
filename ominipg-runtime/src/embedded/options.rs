//! What an embedded database may be given, and within which bounds.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::error::{Error, ErrorKind};

const MB: u64 = 1 << 20;
const GB: u64 = 1 << 30;

/// What PostgreSQL accepts at the least makes it slow without saving anything that is felt.
const SHARED_BUFFERS: RangeInclusive<u64> = MB..=GB;
/// PostgreSQL keeps a few files of 1 MB; beyond the upper end lies only a typing error.
const MAX_WAL_SIZE: RangeInclusive<u64> = 8 * MB..=64 * GB;
/// The upper end is what 32 bits address.
const MEMORY_LIMIT: RangeInclusive<u64> = 96 * MB..=4 * GB;
/// What PostgreSQL takes besides its shared buffers before it has answered anything, and some room to work.
const BESIDES_BUFFERS: u64 = 80 * MB;

/// How an embedded database is run. Sizes are in bytes.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Whether the commits of a moment may be lost.
    pub(crate) relaxed_durability: bool,
    pub(crate) shared_buffers: u64,
    pub(crate) max_wal_size: u64,
    pub(crate) memory_limit: u64,
    /// Whether tables are vacuumed when there is time.
    pub(crate) autovacuum: bool,
    /// How long a session waits for its turn.
    pub(crate) busy_timeout: Duration,
    /// Failures of the host's files.
    #[cfg(all(test, unix))]
    pub(super) faults: super::files::faults::Faults,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            relaxed_durability: false,
            shared_buffers: 16 * MB,
            max_wal_size: 64 * MB,
            memory_limit: GB,
            autovacuum: true,
            busy_timeout: Duration::from_secs(30),
            #[cfg(all(test, unix))]
            faults: Default::default(),
        }
    }
}

impl Options {
    /// Whether a database in memory has what the started engine has that it is to be a copy of.
    pub(super) fn is_copied(&self) -> bool {
        let usual = Self::default();
        self.shared_buffers == usual.shared_buffers && self.max_wal_size == usual.max_wal_size
    }

    /// Looks whether every size lies within its bounds.
    ///
    /// # Errors
    ///
    /// Names the first that does not, and the bounds.
    pub(crate) fn check(&self) -> Result<(), Error> {
        within("shared_buffers", self.shared_buffers, &SHARED_BUFFERS)?;
        within("max_wal_size", self.max_wal_size, &MAX_WAL_SIZE)?;
        within("memory_limit", self.memory_limit, &MEMORY_LIMIT)?;
        let least = self.shared_buffers + BESIDES_BUFFERS;
        if self.memory_limit < least {
            let message = format!(
                "`memory_limit` is {} bytes, which has no room for `shared_buffers` of {} bytes: it must be at least {least}",
                self.memory_limit, self.shared_buffers
            );
            return Err(Error::new(ErrorKind::Options, message));
        }
        Ok(())
    }
}

fn within(name: &str, value: u64, bounds: &RangeInclusive<u64>) -> Result<(), Error> {
    if bounds.contains(&value) {
        return Ok(());
    }
    let (least, most) = (bounds.start(), bounds.end());
    let message = format!("`{name}` is {value} bytes: it must be from {least} to {most}");
    Err(Error::new(ErrorKind::Options, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_within_their_bounds() {
        Options::default().check().expect("they are");
    }

    #[test]
    fn a_size_out_of_bounds_is_named_with_them() {
        let cases = [
            (Options { shared_buffers: 16, ..Options::default() }, "`shared_buffers` is 16 bytes"),
            (Options { max_wal_size: MB, ..Options::default() }, "from 8388608 to 68719476736"),
            (Options { memory_limit: 5 * GB, ..Options::default() }, "`memory_limit` is 5368709120 bytes"),
            (
                Options { memory_limit: 200 * MB, shared_buffers: 128 * MB, ..Options::default() },
                "has no room for `shared_buffers`",
            ),
        ];
        for (options, part) in cases {
            let error = options.check().expect_err(part);
            assert_eq!(error.kind(), ErrorKind::Options);
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
