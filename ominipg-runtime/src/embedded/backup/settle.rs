//! Makes of a copy, taken right after a checkpoint while no transaction was open, what an orderly shutdown leaves behind.
//!
//! Everything is in the tables' files then, so that the log needs to hold nothing but the record of a shutdown. PostgreSQL
//! finds it through the control file, recovers nothing, and so keeps the tables that are not logged. `pg_resetwal` writes
//! the same record; where it is wrong, PostgreSQL refuses to start.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::embedded::files::{DATA, OpenFlags, Tree};
use crate::embedded::identity::{self, CONTROL, crc32c};
use crate::embedded::wasi::errno::{Errno, Result};

/// The control file of PostgreSQL 18, whose layout the places below are of.
const LAYOUT: u32 = 1800;
const LAYOUT_AT: usize = 8;
const CATALOG_AT: usize = 12;
const STATE_AT: usize = 16;
const TIME_AT: usize = 24;
const CHECKPOINT_AT: usize = 32;
/// The checkpoint's record begins with the place from which the log is replayed, and the timeline.
const RECORD_AT: usize = 40;
const RECORD_LEN: usize = 88;
const TIMELINE_AT: usize = RECORD_AT + 8;
const UNLOGGED_AT: usize = RECORD_AT + RECORD_LEN;
/// The state after an orderly shutdown.
const SHUT_DOWN: u32 = 1;

/// What a log's first page begins with: flags, its own address, what is left of a record from before.
const PAGE_HEADER: usize = 40;
const PAGE_FLAGS_AT: usize = 2;
const PAGE_TIMELINE_AT: usize = 4;
const PAGE_ADDRESS_AT: usize = 8;
const PAGE_REST_AT: usize = 16;
const LONG_HEADER: u16 = 2;
/// A record's header, whose last word is its checksum.
const RECORD_HEADER: usize = 24;
/// A short piece of data follows.
const SHORT_DATA: u8 = 255;

/// How far the numbers are moved that order changes to tables that are not logged: further than any database came since it
/// was started, where the copy has them from.
const UNLOGGED_STEP: u64 = 1 << 40;

/// The files of a copy that are not as the backend had them.
pub(super) struct Settled {
    pub(super) control: Vec<u8>,
    /// The name of the one file of the log.
    pub(super) log: String,
    /// Its contents up to the last byte that is not zero, and its size.
    pub(super) log_start: Vec<u8>,
    pub(super) log_len: u64,
    pub(super) identity: ClusterIdentity,
}

/// What tells clusters apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ClusterIdentity {
    pub(super) system: u64,
    /// The version of the control file.
    pub(super) layout: u32,
    /// The version of the catalog.
    pub(super) catalog: u32,
}

impl ClusterIdentity {
    /// Reads it from a control file.
    pub(super) fn of(control: &[u8]) -> Option<Self> {
        Some(Self {
            system: u64::from_le_bytes(control.get(..8)?.try_into().ok()?),
            layout: word(control, LAYOUT_AT)?,
            catalog: word(control, CATALOG_AT)?,
        })
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

/// Settles the copy in `tree`.
pub(super) fn settle(tree: &mut Tree) -> Result<Settled> {
    let control = read(tree, &format!("{DATA}/{CONTROL}"), usize::MAX)?;
    let identity =
        ClusterIdentity::of(&control).filter(|identity| identity.layout == LAYOUT).ok_or(Errno::NOTSUP)?;
    let entries = tree.list(&format!("{DATA}/pg_wal"))?;
    let last =
        entries.iter().map(|entry| &entry.name).find(|name| identity::is_wal(name)).ok_or(Errno::NOENT)?;
    let path = format!("{DATA}/pg_wal/{last}");
    let log_len = tree.stat(&path)?.size;
    let page = read(tree, &path, PAGE_HEADER)?;
    if page.len() < PAGE_HEADER || !log_len.is_power_of_two() || control.len() < UNLOGGED_AT + 8 {
        return Err(Errno::IO);
    }
    let timeline = word(&control, TIMELINE_AT).ok_or(Errno::IO)?;
    let checkpoint =
        u64::from_le_bytes(control[CHECKPOINT_AT..CHECKPOINT_AT + 8].try_into().map_err(|_| Errno::IO)?);
    // Past all that was ever logged: the checkpoint's record may end in the next file.
    let segment = checkpoint / log_len + 2;
    let start = segment * log_len;
    let per_id = (1 << 32) / log_len;
    let log = format!("{timeline:08X}{:08X}{:08X}", segment / per_id, segment % per_id);

    let place = start + PAGE_HEADER as u64;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let control = identity::change_control(&control, |control| {
        put(control, STATE_AT, &SHUT_DOWN.to_le_bytes());
        put(control, TIME_AT, &now.to_le_bytes());
        put(control, CHECKPOINT_AT, &place.to_le_bytes());
        put(control, RECORD_AT, &place.to_le_bytes());
        let mut unlogged = [0; 8];
        unlogged.copy_from_slice(&control[UNLOGGED_AT..UNLOGGED_AT + 8]);
        put(control, UNLOGGED_AT, &(u64::from_le_bytes(unlogged) + UNLOGGED_STEP).to_le_bytes());
    });
    let control = control.ok_or(Errno::IO)?;

    let mut log_start = page;
    put(&mut log_start, PAGE_FLAGS_AT, &LONG_HEADER.to_le_bytes());
    put(&mut log_start, PAGE_TIMELINE_AT, &timeline.to_le_bytes());
    put(&mut log_start, PAGE_ADDRESS_AT, &start.to_le_bytes());
    put(&mut log_start, PAGE_REST_AT, &[0; 4]);
    log_start.extend(shutdown_record(&control[RECORD_AT..RECORD_AT + RECORD_LEN]));
    Ok(Settled { control, log, log_start, log_len, identity })
}

/// The record of a shutdown: no transaction, nothing before it, of the first kind that the first manager has.
fn shutdown_record(checkpoint: &[u8]) -> Vec<u8> {
    let mut body = vec![SHORT_DATA, checkpoint.len() as u8];
    body.extend(checkpoint);
    let mut header = [0; RECORD_HEADER];
    put(&mut header, 0, &((RECORD_HEADER + body.len()) as u32).to_le_bytes());
    let (summed, sum_at) = (RECORD_HEADER - 4, RECORD_HEADER - 4);
    let sum = crc32c(&[&body, &header[..summed]].concat());
    put(&mut header, sum_at, &sum.to_le_bytes());
    [&header[..], &body].concat()
}

/// The first bytes of a file.
pub(super) fn read(tree: &mut Tree, path: &str, most: usize) -> Result<Vec<u8>> {
    let handle = tree.open(path, OpenFlags::default())?;
    let size = tree.metadata(&handle, path).map(|metadata| metadata.size as usize);
    let mut bytes = vec![0; size.unwrap_or_default().min(most)];
    let read = tree.read_at(&handle, 0, &mut bytes);
    tree.close(handle);
    bytes.truncate(read?);
    Ok(bytes)
}
