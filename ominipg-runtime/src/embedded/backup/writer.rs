//! Writes a settled copy as an archive.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};

use super::frames::Compressor;
use super::kept::is_kept;
use super::manifest::{CHECKSUMS, FOLDER, Item, MANIFEST, Manifest};
use super::settle::{Settled, settle};
use crate::embedded::files::{DATA, FileType, Handle, OpenFlags, Tree};
use crate::embedded::identity::CONTROL;
use crate::embedded::wasi::errno::Errno;
use crate::error::{Error, ErrorKind};

/// The folder of the log.
const LOG: &str = "pg_wal";

/// What was written.
pub(super) struct Written {
    pub(super) files: u64,
    /// Their sizes together, in bytes.
    pub(super) contents: u64,
}

/// Writes the copy in `tree`.
pub(super) fn write(tree: &mut Tree, to: impl Write) -> Result<Written, Error> {
    let failed =
        |error: io::Error| Error::new(ErrorKind::Engine, format!("the copy cannot be written: {error}"));
    let settled = settle(tree).map_err(|errno| failed(unreadable("the control file and the log", errno)))?;
    let items = items(tree, &settled).map_err(failed)?;
    let sizes = items.iter().filter_map(|item| item.size);
    let written = Written { files: sizes.clone().count() as u64, contents: sizes.sum() };
    archive(tree, &settled, items, to).map_err(failed)?;
    Ok(written)
}

fn unreadable(path: &str, errno: Errno) -> io::Error {
    io::Error::other(format!("{path} cannot be read (errno {})", errno.0))
}

/// The directories and files of the copy; a directory comes before what it holds.
fn items(tree: &Tree, settled: &Settled) -> io::Result<Vec<Item>> {
    let mut items = Vec::new();
    let mut directories = vec![String::new()];
    while let Some(directory) = directories.pop() {
        let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let mut entries = tree.list(&in_tree(&directory)).map_err(|errno| unreadable(&directory, errno))?;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        for entry in entries {
            let path = format!("{prefix}{}", entry.name);
            if entry.kind == FileType::Directory {
                items.push(Item { path: path.clone(), size: None });
                directories.push(path);
            } else if directory != LOG && is_kept(&path) {
                let size = tree.stat(&in_tree(&path)).map_err(|errno| unreadable(&path, errno))?.size;
                items.push(Item { path, size: Some(size) });
            }
        }
        if directory == LOG {
            items.push(Item { path: format!("{LOG}/{}", settled.log), size: Some(settled.log_len) });
        }
    }
    Ok(items)
}

fn in_tree(path: &str) -> String {
    if path.is_empty() { DATA.to_owned() } else { format!("{DATA}/{path}") }
}

fn archive(tree: &mut Tree, settled: &Settled, items: Vec<Item>, to: impl Write) -> io::Result<()> {
    let manifest = Manifest::new(settled.identity, items);
    let text = serde_json::to_vec_pretty(&manifest)?;
    let mut builder = Builder::new(Compressor::new(to));
    let mut sums = Sums::default();
    append(&mut builder, MANIFEST, text.len() as u64, &mut sums.reading(MANIFEST, &text[..]))?;
    directory(&mut builder, FOLDER)?;
    for Item { path, size } in &manifest.entries {
        let name = format!("{FOLDER}/{path}");
        let Some(size) = *size else {
            directory(&mut builder, &name)?;
            continue;
        };
        if path == CONTROL {
            append(&mut builder, &name, size, &mut sums.reading(&name, &settled.control[..]))?;
        } else if path.strip_prefix(LOG).is_some_and(|rest| rest[1..] == settled.log) {
            let zeros = io::repeat(0).take(size - settled.log_start.len() as u64);
            append(
                &mut builder,
                &name,
                size,
                &mut sums.reading(&name, settled.log_start.as_slice().chain(zeros)),
            )?;
        } else {
            let handle =
                tree.open(&in_tree(path), OpenFlags::default()).map_err(|errno| unreadable(path, errno))?;
            let contents = Contents { tree, handle: &handle, path, at: 0 }.take(size);
            let appended = append(&mut builder, &name, size, &mut sums.reading(&name, contents));
            tree.close(handle);
            appended?;
        }
    }
    let text = sums.0;
    append(&mut builder, CHECKSUMS, text.len() as u64, &mut text.as_bytes())?;
    builder.into_inner()?.finish()
}

fn header(name: &str, kind: EntryType, mode: u32, size: u64) -> io::Result<Header> {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_path(name)?;
    header.set_cksum();
    Ok(header)
}

fn directory(builder: &mut Builder<impl Write>, name: &str) -> io::Result<()> {
    builder.append(&header(&format!("{name}/"), EntryType::Directory, 0o700, 0)?, io::empty())
}

fn append(
    builder: &mut Builder<impl Write>,
    name: &str,
    size: u64,
    contents: &mut dyn SummedRead,
) -> io::Result<()> {
    let mut counted = Counted { contents, left: size };
    builder.append(&header(name, EntryType::Regular, 0o600, size)?, &mut counted)?;
    if counted.left > 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("{name} has become shorter")));
    }
    counted.contents.finish();
    Ok(())
}

/// Contents whose end is told.
trait SummedRead: Read {
    /// All of it was read.
    fn finish(&mut self) {}
}

impl SummedRead for &[u8] {}

struct Counted<'a> {
    contents: &'a mut dyn SummedRead,
    left: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.contents.read(buffer)?;
        self.left -= n as u64;
        Ok(n)
    }
}

/// The checksums of what was written, a line each.
#[derive(Default)]
struct Sums(String);

impl Sums {
    fn reading<R: Read>(&mut self, name: &str, contents: R) -> Summing<'_, R> {
        Summing { contents, digest: Sha256::new(), name: name.to_owned(), sums: self }
    }
}

/// Contents whose checksum is computed on the way.
struct Summing<'a, R> {
    contents: R,
    digest: Sha256,
    name: String,
    sums: &'a mut Sums,
}

impl<R: Read> Read for Summing<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.contents.read(buffer)?;
        self.digest.update(&buffer[..n]);
        Ok(n)
    }
}

impl<R: Read> SummedRead for Summing<'_, R> {
    fn finish(&mut self) {
        self.sums.0.push_str(&line(std::mem::take(&mut self.digest), &self.name));
    }
}

/// A line of the checksums.
pub(super) fn line(digest: Sha256, name: &str) -> String {
    let hex: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}  {name}\n")
}

/// The contents of a file of the copy.
struct Contents<'a> {
    tree: &'a Tree,
    handle: &'a Handle,
    path: &'a str,
    at: u64,
}

impl Read for Contents<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n =
            self.tree.read_at(self.handle, self.at, buffer).map_err(|errno| unreadable(self.path, errno))?;
        self.at += n as u64;
        Ok(n)
    }
}
