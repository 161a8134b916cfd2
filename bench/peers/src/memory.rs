//! Memory, each figure from a process of its own.

use std::process::Command;

use crate::Result;
use crate::database::Database;
use crate::options::Options;
use crate::peer::Peer;
use crate::plane::plane;

/// Says on the command line that this is such a process.
pub const FLAG: &str = "--memory";

/// When it is measured.
#[derive(Clone, Copy)]
pub enum Stage {
    /// With one open database, after its first answer.
    Fresh,
    /// What a second open database adds.
    Further,
    /// The most that was taken while rows were written and read.
    Peak,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Fresh, Self::Further, Self::Peak];

    /// The heading of its row.
    pub fn title(self) -> &'static str {
        match self {
            Self::Fresh => "memory: one open database",
            Self::Further => "memory: each further one",
            Self::Peak => "memory: peak, 10,000 rows written and read",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Further => "further",
            Self::Peak => "peak",
        }
    }

    /// The stage of that name.
    pub fn named(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|stage| stage.name() == name);
        found.ok_or_else(|| format!("there is no stage {name}").into())
    }
}

/// The memory at each stage (outer) with each peer (inner), in KiB: medians of three processes.
pub fn of_all(peers: &[Peer], options: &Options) -> Result<Vec<Vec<u64>>> {
    if !cfg!(target_os = "linux") {
        eprintln!("memory is measured on Linux only");
        return Ok(Vec::new());
    }
    let processes = if options.quick { 1 } else { 3 };
    let of = |peer: &Peer, stage| {
        let mut sizes: Vec<u64> = (0..processes).map(|_| in_child(*peer, stage)).collect::<Result<_>>()?;
        sizes.sort_unstable();
        Ok(sizes[sizes.len() / 2])
    };
    Stage::ALL.into_iter().map(|stage| peers.iter().map(|peer| of(peer, stage)).collect()).collect()
}

fn in_child(peer: Peer, stage: Stage) -> Result<u64> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([FLAG, peer.name(), stage.name()]);
    if peer.needs_server() {
        command.env("OMINIPG_TEST_PG", ominipg_test_support::server_url());
    }
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().map_err(|_| {
        let error = String::from_utf8_lossy(&output.stderr);
        format!("{} gives no figure for its memory: {text}{error}", peer.title()).into()
    })
}

/// Prints one figure of this process, in KiB.
pub async fn measure(peer: Peer, stage: Stage) -> Result<()> {
    let mut database = Database::open(peer).await?;
    let fresh = status("VmRSS:")?;
    let size = match stage {
        Stage::Fresh => fresh,
        Stage::Further => {
            let second = Database::open(peer).await?;
            let both = status("VmRSS:")?;
            second.close().await?;
            both.saturating_sub(fresh)
        }
        Stage::Peak => {
            database.create_tables().await?;
            database.insert_many((0..10_000).map(plane).collect()).await?;
            database.all().await?;
            status("VmHWM:")?
        }
    };
    println!("{size}");
    database.close().await
}

fn status(name: &str) -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let size = line.and_then(|line| line.trim().strip_suffix(" kB")).ok_or("the kernel tells no memory")?;
    Ok(size.parse()?)
}
