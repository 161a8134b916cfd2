//! What is lost when the power goes: every change since the last sync of its file, or of the directory of its name.
//!
//! That is the worst that a file system may do which keeps the order of names, and makes a new file's name durable with the
//! file's own first sync, as the usual ones do and PostgreSQL relies on.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;

use cap_std::fs::{Dir, OpenOptions};

/// Changes that are not durable yet, in their order.
#[derive(Debug)]
pub(super) struct Undo {
    changes: Vec<Change>,
    /// One handle for each changed file.
    files: HashMap<Identity, File>,
}

#[derive(Debug)]
enum Change {
    /// Bytes from `offset` on, as they were, of a file that was `len` bytes long.
    Bytes { file: Identity, offset: u64, old: Vec<u8>, len: u64 },
    /// A file that was not there.
    Created { dir: Dir, path: String },
    /// A file that was there, and what it held.
    Removed { dir: Dir, path: String, old: Vec<u8> },
    /// A file that had another name; and what had its new one.
    Renamed { dir: Dir, from: String, to: String, replaced: Option<Vec<u8>> },
}

impl Undo {
    pub(super) fn new() -> Self {
        Self { changes: Vec::new(), files: HashMap::new() }
    }

    pub(super) fn created(&mut self, dir: &Dir, path: &str) {
        // A directory's name is taken for durable: nothing of the workload hangs on it.
        self.changes.push(Change::Created { dir: clone(dir), path: path.to_owned() });
    }

    pub(super) fn removed(&mut self, dir: &Dir, path: &str) {
        if let Ok(old) = dir.read(path) {
            self.changes.push(Change::Removed { dir: clone(dir), path: path.to_owned(), old });
        }
    }

    pub(super) fn renamed(&mut self, dir: &Dir, from: &str, to: &str) {
        let replaced = dir.read(to).ok();
        let (from, to) = (from.to_owned(), to.to_owned());
        self.changes.push(Change::Renamed { dir: clone(dir), from, to, replaced });
    }

    pub(super) fn written(&mut self, file: &File, offset: u64, len: u64) {
        let size = size(file);
        let mut old = read(file, offset, len.min(size.saturating_sub(offset)));
        old.resize(len as usize, 0);
        self.changed(file, offset, old, size);
    }

    pub(super) fn resized(&mut self, file: &File, len: u64) {
        let size = size(file);
        self.changed(file, len.min(size), read(file, len.min(size), size.saturating_sub(len)), size);
    }

    fn changed(&mut self, file: &File, offset: u64, old: Vec<u8>, len: u64) {
        let identity = Identity::of(file);
        self.files
            .entry(identity)
            .or_insert_with(|| file.try_clone().expect("a file in a test can be cloned"));
        self.changes.push(Change::Bytes { file: identity, offset, old, len });
    }

    pub(super) fn synced(&mut self, file: &File) {
        let identity = Identity::of(file);
        self.changes.retain(|change| match change {
            Change::Bytes { file, .. } => *file != identity,
            Change::Created { dir, path } => {
                !dir.open(path).is_ok_and(|file| Identity::of(&file.into_std()) == identity)
            }
            _ => true,
        });
        self.files.remove(&identity);
    }

    pub(super) fn synced_directory(&mut self, directory: &str) {
        self.changes.retain(|change| match change {
            Change::Bytes { .. } => true,
            Change::Created { path, .. }
            | Change::Removed { path, .. }
            | Change::Renamed { to: path, .. } => {
                path.rsplit_once('/').map_or("", |(parent, _)| parent) != directory
            }
        });
    }

    /// Takes everything back, the last change first; with a seed, leaves every other write by chance.
    pub(super) fn run(self, seed: Option<u64>) {
        let mut chance = seed.map(|seed| seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for change in self.changes.into_iter().rev() {
            match change {
                Change::Bytes { file, offset, old, len } => {
                    let mut file = &self.files[&file];
                    let stays = chance.as_mut().is_some_and(|state| {
                        *state ^= *state << 13;
                        *state ^= *state >> 7;
                        *state ^= *state << 17;
                        *state >> 63 == 1
                    });
                    if stays {
                        continue;
                    }
                    file.seek(SeekFrom::Start(offset)).expect("it is a file");
                    file.write_all(&old).expect("it can be written");
                    // What stays may lie behind the old end.
                    if chance.is_none() {
                        file.set_len(len).expect("it can be resized");
                    }
                }
                Change::Created { dir, path } => drop(dir.remove_file(path)),
                Change::Removed { dir, path, old } => restore(&dir, &path, &old),
                Change::Renamed { dir, from, to, replaced } => {
                    dir.rename(&to, &dir, &from).expect("it was renamed");
                    if let Some(old) = replaced {
                        restore(&dir, &to, &old);
                    }
                }
            }
        }
    }
}

fn restore(dir: &Dir, path: &str, old: &[u8]) {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    dir.open_with(path, &options).and_then(|mut file| file.write_all(old)).expect("it can be written");
}

fn clone(dir: &Dir) -> Dir {
    dir.try_clone().expect("a folder in a test can be cloned")
}

fn size(file: &File) -> u64 {
    file.metadata().map_or(0, |metadata| metadata.len())
}

fn read(mut file: &File, offset: u64, len: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(offset)).expect("it is a file");
    file.take(len).read_to_end(&mut bytes).expect("it can be read");
    bytes
}

/// Which file a handle leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Identity(u64, u64);

impl Identity {
    fn of(file: &File) -> Self {
        let metadata = file.metadata().expect("an open file has metadata");
        Self(metadata.dev(), metadata.ino())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Fault, Faults};
    use crate::embedded::files::OpenFlags;
    use crate::embedded::files::host::{HostFiles, HostOpened};

    const CREATE: OpenFlags = OpenFlags { create: true, exclusive: false, truncate: false, directory: false };

    #[test]
    fn a_power_cut_takes_what_was_not_synced_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("ominipg-undo-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).expect("it is created");
        for (name, text) in [("kept", "before"), ("removed", "r"), ("from", "f"), ("to", "t")] {
            std::fs::write(folder.join(name), text).expect("it is written");
        }
        let dir =
            cap_std::fs::Dir::open_ambient_dir(&folder, cap_std::ambient_authority()).expect("it opens");
        let faults = Faults::plan(0, Fault::PowerCut);
        let files = HostFiles::new(dir).with_faults(faults.clone());
        let open = |path| match files.open(path, CREATE) {
            Ok(HostOpened::File(file)) => file,
            _ => panic!("{path} does not open"),
        };
        let (kept, synced, lost) = (open("kept"), open("synced"), open("lost"));
        kept.write_at(6, b" and synced").expect("it is written");
        kept.sync(true).expect("it is synced");
        kept.write_at(0, b"after.").expect("it is written");
        kept.set_len(3).expect("it is cut");
        kept.write_at(5, b"again").expect("it is written");
        synced.write_at(0, b"s").expect("it is written");
        synced.sync(false).expect("it is synced");
        lost.write_at(0, b"l").expect("it is written");
        files.remove_file("removed").expect("it is removed");
        files.rename("from", "to").expect("it replaces");
        faults.now();
        assert!(lost.sync(true).is_err() && kept.write_at(0, b"dead").is_err());
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
        assert_eq!(read("kept").as_deref(), Some("before and synced"));
        assert_eq!(read("synced").as_deref(), Some("s"));
        assert_eq!(read("lost"), None);
        let names = ["removed", "from", "to"].map(|name| read(name).unwrap_or_default());
        assert_eq!(names, ["r", "f", "t"]);
        std::fs::remove_dir_all(&folder).expect("it is removed");
    }
}
