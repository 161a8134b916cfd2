//! Checks an archive, and unpacks it on the way.

use std::io::{BufReader, Read};

use sha2::{Digest, Sha256};
use tar::{Archive, Entries, Entry, EntryType};

use super::frames::Decompressor;
use super::manifest::{CHECKSUMS, FOLDER, MANIFEST, MANIFEST_LEN, Manifest, damaged};
use super::settle::ClusterIdentity;
use super::writer::line;
use crate::embedded::files::{DATA, OpenFlags, Tree};
use crate::embedded::wasi::errno::Errno;
use crate::error::{Error, ErrorKind};

/// What is read at once, in bytes.
const PIECE: usize = 32 * 1024;

type Unpacked<R> = Decompressor<BufReader<R>>;

/// Unpacks a backup into the empty folder `data` of `tree`. Only after it has returned well is it known to be whole.
pub(super) fn unpack(from: impl Read, engine: ClusterIdentity, tree: &mut Tree) -> Result<(), Error> {
    let mut archive = Archive::new(Decompressor::new(BufReader::new(from)));
    // Raw: names that only an entry before tells are no part of the format.
    let mut entries = archive.entries().map_err(damaged)?.raw(true);
    let mut sums = String::new();

    let mut entry = next(&mut entries, MANIFEST, EntryType::Regular)?;
    let text = whole(&mut entry, MANIFEST, MANIFEST_LEN)?;
    sums += &line(Sha256::new_with_prefix(&text), MANIFEST);
    let manifest = Manifest::read(&text, engine)?;

    next(&mut entries, FOLDER, EntryType::Directory)?;
    for item in &manifest.entries {
        let (name, path) = (format!("{FOLDER}/{}", item.path), format!("{DATA}/{}", item.path));
        let Some(size) = item.size else {
            next(&mut entries, &name, EntryType::Directory)?;
            tree.create_directory(&path).map_err(|errno| unwritable(&path, errno))?;
            continue;
        };
        let mut entry = next(&mut entries, &name, EntryType::Regular)?;
        if entry.size() != size {
            return Err(damaged(format!("{name} has {} bytes instead of {size}", entry.size())));
        }
        sums += &line(unpack_file(&mut entry, &name, size, tree, &path)?, &name);
    }

    let mut entry = next(&mut entries, CHECKSUMS, EntryType::Regular)?;
    let told = whole(&mut entry, CHECKSUMS, sums.len() as u64)?;
    if told != sums.as_bytes() {
        let told = String::from_utf8_lossy(&told);
        let wrong = sums.lines().zip(told.lines()).find(|(is, told)| is != told);
        let name = wrong.and_then(|(is, _)| is.split("  ").nth(1)).unwrap_or(CHECKSUMS);
        return Err(damaged(format!("the checksum of {name} is another")));
    }
    drop(entry);
    ends(archive.into_inner())
}

/// Reads the end of an archive: zeros, and nothing behind them.
fn ends(mut rest: impl Read) -> Result<(), Error> {
    let mut piece = vec![0; PIECE];
    loop {
        match rest.read(&mut piece).map_err(damaged)? {
            0 => return Ok(()),
            n if piece[..n].iter().any(|&byte| byte != 0) => {
                return Err(damaged("something follows its end"));
            }
            _ => {}
        }
    }
}

/// The next entry, which must be this one.
fn next<'a, R: Read>(
    entries: &mut Entries<'a, Unpacked<R>>,
    name: &str,
    kind: EntryType,
) -> Result<Entry<'a, Unpacked<R>>, Error> {
    let Some(entry) = entries.next() else { return Err(damaged(format!("it ends before {name}"))) };
    let entry = entry.map_err(damaged)?;
    let found = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    if found.trim_end_matches('/') != name || entry.header().entry_type() != kind {
        return Err(damaged(format!("it has {found:?} in the place of {name}")));
    }
    Ok(entry)
}

/// The contents of an entry of at most `most` bytes.
fn whole(entry: &mut Entry<'_, impl Read>, name: &str, most: u64) -> Result<Vec<u8>, Error> {
    let size = entry.size();
    if size > most {
        return Err(damaged(format!("{name} is too long")));
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(damaged)?;
    if bytes.len() as u64 != size {
        return Err(damaged(format!("it ends within {name}")));
    }
    Ok(bytes)
}

fn unpack_file(
    entry: &mut Entry<'_, impl Read>,
    name: &str,
    size: u64,
    tree: &mut Tree,
    path: &str,
) -> Result<Sha256, Error> {
    let flags = OpenFlags { create: true, exclusive: true, ..OpenFlags::default() };
    let unwritable = |errno| unwritable(path, errno);
    let handle = tree.open(path, flags).map_err(unwritable)?;
    let (mut digest, mut at, mut piece) = (Sha256::new(), 0, vec![0; PIECE]);
    loop {
        let mut filled = 0;
        while filled < piece.len() {
            match entry.read(&mut piece[filled..]).map_err(damaged)? {
                0 => break,
                n => filled += n,
            }
        }
        if filled == 0 {
            break;
        }
        digest.update(&piece[..filled]);
        // Zeros need no room.
        if piece[..filled].iter().any(|&byte| byte != 0) {
            let mut written = 0;
            while written < filled {
                let n = tree.write_at(&handle, at + written as u64, &piece[written..filled]);
                written += n.map_err(unwritable)?;
            }
        }
        at += filled as u64;
    }
    if at != size {
        return Err(damaged(format!("it ends within {name}")));
    }
    tree.set_len(&handle, size).map_err(unwritable)?;
    tree.sync(&handle, path, false).map_err(unwritable)?;
    tree.close(handle);
    Ok(digest)
}

fn unwritable(path: &str, errno: Errno) -> Error {
    let why = match errno {
        Errno::NOSPC => "there is no room left; free some, and restore again".to_owned(),
        errno => format!("it cannot be written (errno {})", errno.0),
    };
    Error::new(ErrorKind::Connect, format!("the backup cannot be restored: {path}: {why}"))
}
