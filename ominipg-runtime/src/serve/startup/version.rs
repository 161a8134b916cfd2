use std::fmt;

/// A version of PostgreSQL's protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ProtocolVersion(u32);

impl ProtocolVersion {
    /// What most clients speak; secrets of cancel requests have 4 bytes.
    pub(crate) const V3_0: Self = Self(3 << 16);
    /// The newest one: secrets of cancel requests may have up to 256 bytes.
    pub(crate) const V3_2: Self = Self(3 << 16 | 2);

    /// The version that a startup packet begins with.
    pub(super) fn from_code(code: u32) -> Self {
        Self(code)
    }

    /// As it stands in packets.
    pub(crate) fn code(self) -> u32 {
        self.0
    }

    pub(super) fn major(self) -> u32 {
        self.0 >> 16
    }

    fn minor(self) -> u32 {
        self.0 & 0xFFFF
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major(), self.minor())
    }
}
