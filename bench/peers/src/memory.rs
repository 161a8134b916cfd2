//! Memory, each figure from a process of its own.

use crate::Result;
use crate::child;
use crate::database::Database;
use crate::operation::ROWS;
use crate::options::Options;
use crate::peer::Peer;
use crate::plane::plane;

/// How many further databases are opened.
const FURTHER: u64 = 4;

/// When it is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// With one open database, after its first answer.
    Fresh,
    /// What each further open database adds.
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

    /// What the first peer is to keep to, in MiB.
    pub fn goal(self) -> Option<f64> {
        match self {
            Self::Fresh => Some(60.0),
            Self::Further => Some(10.0),
            Self::Peak => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Fresh => "first",
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

/// The memory at each stage (outer) with each peer (inner), in KiB: medians of three processes. Nothing where a peer has
/// no such figure.
pub fn of_all(peers: &[(Peer, String)], options: &Options) -> Result<Vec<Vec<Option<u64>>>> {
    if !cfg!(target_os = "linux") {
        eprintln!("memory is measured on Linux only");
        return Ok(Vec::new());
    }
    let processes = if options.quick { 1 } else { 3 };
    let of = |(peer, place): &(Peer, String), stage: Stage| {
        if peer.opens_once() && stage == Stage::Further {
            return Ok(None);
        }
        let place = if *peer == Peer::Folder { format!("{place}-{}", stage.name()) } else { place.clone() };
        // What is made at the first time only is in no figure.
        if *peer == Peer::Folder {
            in_child(*peer, stage, &place)?;
        }
        let sizes: Result<Vec<u64>> = (0..processes).map(|_| in_child(*peer, stage, &place)).collect();
        let mut sizes = sizes?;
        sizes.sort_unstable();
        Ok(Some(sizes[sizes.len() / 2]))
    };
    Stage::ALL.into_iter().map(|stage| peers.iter().map(|peer| of(peer, stage)).collect()).collect()
}

fn in_child(peer: Peer, stage: Stage, place: &str) -> Result<u64> {
    let output = child::command(stage.name(), peer, place, "")?.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().find_map(|line| line.split_once(child::ANSWER)?.1.parse().ok()).ok_or_else(|| {
        let error = String::from_utf8_lossy(&output.stderr);
        format!("{} gives no figure for its memory: {text}{error}", peer.title()).into()
    })
}

/// Prints one figure of this process, in KiB.
pub async fn measure(peer: Peer, place: &str, stage: Stage) -> Result<()> {
    let mut database = Database::open(peer, place).await?;
    let fresh = status("VmRSS:")?;
    let size = match stage {
        Stage::Fresh => fresh,
        Stage::Further => {
            let mut further = Vec::new();
            for number in 0..FURTHER {
                let place = if peer == Peer::Folder { format!("{place}-{number}") } else { place.to_owned() };
                further.push(Database::open(peer, &place).await?);
            }
            let all = status("VmRSS:")?;
            for database in further {
                database.close().await?;
            }
            all.saturating_sub(fresh) / FURTHER
        }
        Stage::Peak => {
            if !database.has_tables().await? {
                database.create_tables().await?;
            }
            database.empty().await?;
            database.insert_many((0..ROWS).map(plane).collect()).await?;
            database.all().await?;
            status("VmHWM:")?
        }
    };
    println!("{}{size}", child::ANSWER);
    database.close().await
}

fn status(name: &str) -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let size = line.and_then(|line| line.trim().strip_suffix(" kB")).ok_or("the kernel tells no memory")?;
    Ok(size.parse()?)
}
