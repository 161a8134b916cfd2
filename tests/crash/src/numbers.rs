//! Random numbers that a seed repeats.

use std::time::{SystemTime, UNIX_EPOCH};

/// A generator (xorshift64*).
pub(crate) struct Numbers(u64);

impl Numbers {
    /// The generator of a seed; 0 stands for 1, from which it would never leave.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.max(1))
    }

    /// A seed of the moment.
    pub(crate) fn seed() -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % end
    }
}
