use crate::Result;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// ominipg, embedded, in worker mode.
    Embedded,
    /// PostgreSQL hosted by wasmer.
    Oliphaunt,
    /// The bare driver on a server.
    Driver,
    /// ominipg in direct mode on the same server.
    Direct,
}

impl Peer {
    /// All of them; the others are compared with the first.
    pub const ALL: [Self; 4] = [Self::Embedded, Self::Oliphaunt, Self::Driver, Self::Direct];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Oliphaunt => "oliphaunt",
            Self::Driver => "driver",
            Self::Direct => "direct",
        }
    }

    /// The heading of its column.
    pub fn title(self) -> &'static str {
        match self {
            Self::Embedded => "ominipg `:memory:`",
            Self::Oliphaunt => "oliphaunt-wasix 0.3.2",
            Self::Driver => "tokio-postgres, server",
            Self::Direct => "ominipg direct, server",
        }
    }

    /// Whether it works on a server.
    pub fn needs_server(self) -> bool {
        matches!(self, Self::Driver | Self::Direct)
    }

    /// The peer of that name.
    pub fn named(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|peer| peer.name() == name);
        found.ok_or_else(|| format!("there is no peer {name}").into())
    }
}
