//! A hash that is the same on every machine and in every version.

/// FNV-1a in 64 bits: enough to tell texts apart that nobody has made alike on purpose.
pub(crate) fn fnv(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes
        .into_iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
