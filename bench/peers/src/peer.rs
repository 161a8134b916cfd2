use crate::Result;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// ominipg, embedded, in memory.
    Memory,
    /// ominipg, embedded, in a folder.
    Folder,
    /// PostgreSQL hosted by wasmer.
    Oliphaunt,
    /// PostgreSQL compiled into the process.
    Pglite,
    /// The bare driver on a server, over a Unix socket.
    Socket,
    /// The bare driver on the same server, over TCP.
    Driver,
    /// ominipg in direct mode on the same server, over TCP.
    Direct,
}

impl Peer {
    /// All of them; the others are compared with the first.
    pub const ALL: [Self; 7] =
        [Self::Memory, Self::Folder, Self::Oliphaunt, Self::Pglite, Self::Socket, Self::Driver, Self::Direct];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Folder => "folder",
            Self::Oliphaunt => "oliphaunt",
            Self::Pglite => "pglite",
            Self::Socket => "socket",
            Self::Driver => "driver",
            Self::Direct => "direct",
        }
    }

    /// The heading of its column.
    pub fn title(self) -> &'static str {
        match self {
            Self::Memory => "ominipg `:memory:`",
            Self::Folder => "ominipg `file://`",
            Self::Oliphaunt => "oliphaunt-wasix 0.3.2",
            Self::Pglite => "pglite-rs 0.2.7",
            Self::Socket => "server, Unix socket",
            Self::Driver => "server, TCP",
            Self::Direct => "ominipg direct, TCP",
        }
    }

    /// Whether it works on a server.
    pub fn needs_server(self) -> bool {
        matches!(self, Self::Socket | Self::Driver | Self::Direct)
    }

    /// Whether a process can open it only once.
    pub fn opens_once(self) -> bool {
        self == Self::Pglite
    }

    /// The peer of that name.
    pub fn named(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|peer| peer.name() == name);
        found.ok_or_else(|| format!("there is no peer {name}").into())
    }
}
