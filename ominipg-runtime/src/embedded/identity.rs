//! What no two databases may share: a copy of a snapshot, or a cluster copied from the image, gets its own.

use std::borrow::Cow;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::files::{DATA, OpenFlags, Tree};
use super::wasi::Guest;
use super::wasi::errno::{Errno, Result};

/// The file that names the cluster.
pub(super) const CONTROL: &str = "global/pg_control";
/// Where a WAL file has the system identifier.
const WAL_IDENTIFIER: u64 = 24;
/// The longest that the contents of the control file are.
const CONTROL_LEN: usize = 512;
/// The address of the position in `pg_strong_random`'s pool of random bytes, and the position that makes it fill the pool.
/// As for the session's variables, it holds for the one build that this crate is pinned to.
const POOL_POSITION: (u32, u32) = (2_573_672, 4096);
/// From the year 1970 to 2000, in seconds: PostgreSQL counts from there.
const POSTGRES_EPOCH: u64 = 946_684_800;

/// Where a started engine keeps what is to be renewed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Identity {
    /// Addresses of the cluster's system identifier.
    identifier: Vec<u32>,
    /// The address of the state of PostgreSQL's random numbers.
    random: u32,
    /// Addresses of the time at which PostgreSQL started.
    started: Vec<u32>,
}

impl Identity {
    /// Finds them in the memory of an engine that has started on `tree` at the PostgreSQL time `started`.
    pub(super) fn find(memory: &[u8], tree: &mut Tree, random: u32, started: u64) -> Result<Self> {
        let mut control = [0; 8];
        let handle = tree.open(&format!("{DATA}/{CONTROL}"), OpenFlags::default())?;
        tree.read_at(&handle, 0, &mut control)?;
        tree.close(handle);
        let places = |wanted: [u8; 8]| {
            let words = memory.chunks_exact(8).enumerate();
            words.filter(|(_, word)| **word == wanted).map(|(index, _)| index as u32 * 8).collect()
        };
        Ok(Self { identifier: places(control), random, started: places(started.to_le_bytes()) })
    }

    /// Gives the engine an identity of its own.
    pub(super) fn renew(&self, guest: &mut Guest<'_>, identifier: u64) -> Result<()> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| Errno::IO)?;
        guest.write(self.random, &random)?;
        guest.write_u32(POOL_POSITION.0, POOL_POSITION.1)?;
        for &at in &self.identifier {
            guest.write_u64(at, identifier)?;
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let started = now.as_micros() as u64 - POSTGRES_EPOCH * 1_000_000;
        self.started.iter().try_for_each(|&at| guest.write_u64(at, started))
    }
}

/// A new system identifier, made as PostgreSQL makes them: from the time, here with random low bits.
pub(super) fn new_identifier() -> u64 {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    seconds << 32 | u64::from(getrandom::u32().unwrap_or(std::process::id()))
}

/// The contents of a control file with another system identifier; `None` where they are none.
pub(super) fn identify_control(control: &[u8], identifier: u64) -> Option<Vec<u8>> {
    change_control(control, |control| control[..8].copy_from_slice(&identifier.to_le_bytes()))
}

/// The contents of a control file after a change, sealed anew; `None` where they are none.
pub(super) fn change_control(control: &[u8], change: impl FnOnce(&mut [u8])) -> Option<Vec<u8>> {
    // The sum covers all that stands before it.
    let (mut sum, mut at) = (START, 0);
    while sum_of(sum).to_le_bytes() != *control.get(at..at + 4)? || at < 8 {
        sum = control[at..at + 4].iter().fold(sum, step);
        at += 4;
    }
    let sum_at = at;
    let mut control = control.to_vec();
    change(&mut control);
    let sum = crc32c(&control[..sum_at]);
    control[sum_at..sum_at + 4].copy_from_slice(&sum.to_le_bytes());
    Some(control)
}

/// The contents of a file of a cluster, `path` inside of it, with another system identifier where they have one.
pub(super) fn identify_file<'a>(path: &str, contents: &'a [u8], identifier: u64) -> Result<Cow<'a, [u8]>> {
    if path == CONTROL {
        return identify_control(contents, identifier).map(Cow::Owned).ok_or(Errno::IO);
    }
    let at = WAL_IDENTIFIER as usize;
    if !path.strip_prefix("pg_wal/").is_some_and(is_wal) || contents.len() < at + 8 {
        return Ok(Cow::Borrowed(contents));
    }
    let mut contents = contents.to_vec();
    contents[at..at + 8].copy_from_slice(&identifier.to_le_bytes());
    Ok(Cow::Owned(contents))
}

/// Gives the cluster in a tree another system identifier.
pub(super) fn identify(tree: &mut Tree, identifier: u64) -> Result<()> {
    let control_path = format!("{DATA}/{CONTROL}");
    let handle = tree.open(&control_path, OpenFlags::default())?;
    let mut control = vec![0; CONTROL_LEN];
    let n = tree.read_at(&handle, 0, &mut control)?;
    let control = identify_control(&control[..n], identifier).ok_or(Errno::IO)?;
    tree.write_at(&handle, 0, &control)?;
    tree.close(handle);
    for entry in tree.list(&format!("{DATA}/pg_wal"))? {
        if is_wal(&entry.name) {
            let handle = tree.open(&format!("{DATA}/pg_wal/{}", entry.name), OpenFlags::default())?;
            tree.write_at(&handle, WAL_IDENTIFIER, &identifier.to_le_bytes())?;
            tree.close(handle);
        }
    }
    Ok(())
}

/// Whether a file of this name in `pg_wal` begins with a system identifier.
pub(super) fn is_wal(name: &str) -> bool {
    name.len() == 24 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// CRC-32C, with which PostgreSQL seals the control file.
pub(super) fn crc32c(bytes: &[u8]) -> u32 {
    sum_of(bytes.iter().fold(START, step))
}

const START: u32 = !0;

fn step(sum: u32, byte: &u8) -> u32 {
    (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0x82f6_3b78 } else { sum >> 1 })
}

fn sum_of(state: u32) -> u32 {
    !state
}

#[cfg(test)]
mod tests {
    use super::crc32c;

    #[test]
    fn the_checksum_is_the_castagnoli_one() {
        // RFC 3720, appendix B.4.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }
}
