//! The same random calls on files in memory and on a folder of the host: both must answer the same, to the last byte.
//!
//! A second here, ten minutes with `OMINIPG_FUZZ_SECONDS=600`. A failure prints the seed of its calls and the calls;
//! `OMINIPG_FUZZ_SEED` makes them again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::descriptors::{Descriptors, Kind, OpenFile};
use super::errno::{Errno, Result};
use super::position;
use crate::embedded::files::host::HostFiles;
use crate::embedded::files::image::Image;
use crate::embedded::files::memory::MemoryFiles;
use crate::embedded::files::{FileType, OpenFlags, Tree};

/// Few names, so that the calls meet.
const PATHS: &[&str] =
    &["a", "b", "d", "d/a", "d/b", "d/e", "d/e/a", "f", "f/a", "f/g", "missing/a", "ä ö", ""];

/// One call and its arguments.
#[derive(Debug, Clone)]
enum Call {
    Open { path: String, flags: OpenFlags, append: bool },
    Close(u32),
    Duplicate(u32),
    Renumber(u32, u32),
    Read { fd: u32, offset: Option<u64>, len: usize },
    Write { fd: u32, offset: Option<u64>, len: usize, byte: u8 },
    Seek { fd: u32, offset: i64, whence: u32 },
    SetLen { fd: u32, len: u64 },
    Stat(String),
    DescriptorStat(u32),
    CreateDirectory(String),
    RemoveDirectory(String),
    RemoveFile(String),
    Rename(String, String),
    List(String),
    Sync { fd: u32, data_only: bool },
}

/// What a call answered, as far as it must be the same.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Nothing,
    Number(u64),
    Bytes(Vec<u8>),
    Metadata(FileType, u64),
    Names(Vec<(String, bool)>),
}

/// Files and the descriptors on them.
struct System {
    tree: Tree,
    descriptors: Descriptors,
}

impl System {
    fn run(&mut self, call: &Call) -> Result<Answer> {
        let Self { tree, descriptors } = self;
        match call {
            Call::Open { path, flags, append } => {
                let mut file = OpenFile::new(Kind::File(tree.open(path, *flags)?), path.clone());
                file.append = *append;
                descriptors.insert(file).map(|fd| Answer::Number(fd.into()))
            }
            Call::Close(fd) => {
                let closed = descriptors.close(*fd)?;
                self.release(closed);
                Ok(Answer::Nothing)
            }
            Call::Duplicate(fd) => descriptors.duplicate(*fd, 0, false).map(|fd| Answer::Number(fd.into())),
            Call::Renumber(from, to) => {
                let closed = descriptors.renumber(*from, *to)?;
                self.release(closed);
                Ok(Answer::Nothing)
            }
            Call::Read { fd, offset, len } => {
                let mut buffer = vec![0; *len];
                let n = position::read(tree, descriptors.get_mut(*fd)?, *offset, &mut buffer)?;
                buffer.truncate(n);
                Ok(Answer::Bytes(buffer))
            }
            Call::Write { fd, offset, len, byte } => {
                let n = position::write(tree, descriptors.get_mut(*fd)?, *offset, &vec![*byte; *len])?;
                Ok(Answer::Number(n as u64))
            }
            Call::Seek { fd, offset, whence } => {
                let size = self.size(*fd)?;
                position::seek(self.descriptors.get_mut(*fd)?, size, *offset, *whence).map(Answer::Number)
            }
            Call::SetLen { fd, len } => match &descriptors.get(*fd)?.kind {
                Kind::File(handle) => tree.set_len(handle, *len).map(|()| Answer::Nothing),
                _ => Err(Errno::INVAL),
            },
            Call::Stat(path) => tree.stat(path).map(|found| Answer::Metadata(found.kind, found.size)),
            Call::DescriptorStat(fd) => {
                let file = descriptors.get(*fd)?;
                let Kind::File(handle) = &file.kind else { return Err(Errno::BADF) };
                tree.metadata(handle, &file.path).map(|found| Answer::Metadata(found.kind, found.size))
            }
            Call::CreateDirectory(path) => tree.create_directory(path).map(|()| Answer::Nothing),
            Call::RemoveDirectory(path) => tree.remove_directory(path).map(|()| Answer::Nothing),
            Call::RemoveFile(path) => tree.remove_file(path).map(|()| Answer::Nothing),
            Call::Rename(from, to) => tree.rename(from, to).map(|()| Answer::Nothing),
            Call::List(path) => {
                let entries = tree.list(path)?.into_iter();
                let mut names: Vec<_> =
                    entries.map(|entry| (entry.name, entry.kind == FileType::Directory)).collect();
                names.sort();
                Ok(Answer::Names(names))
            }
            Call::Sync { fd, data_only } => {
                let file = descriptors.get(*fd)?;
                let Kind::File(handle) = &file.kind else { return Err(Errno::BADF) };
                tree.sync(handle, &file.path, *data_only).map(|()| Answer::Nothing)
            }
        }
    }

    fn size(&self, fd: u32) -> Result<u64> {
        let file = self.descriptors.get(fd)?;
        let Kind::File(handle) = &file.kind else { return Ok(0) };
        self.tree.metadata(handle, &file.path).map(|found| found.size)
    }

    fn release(&mut self, closed: Option<OpenFile>) {
        if let Some(OpenFile { kind: Kind::File(handle), .. }) = closed {
            self.tree.close(handle);
        }
    }
}

/// Random numbers (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % end
    }

    fn path(&mut self) -> String {
        match PATHS[self.below(PATHS.len() as u64) as usize] {
            "" => "data".to_owned(),
            path => format!("data/{path}"),
        }
    }

    /// Not the root, which a host may be unable to move while it is used.
    fn path_below(&mut self) -> String {
        match self.path() {
            root if root == "data" => "data/a".to_owned(),
            path => path,
        }
    }

    fn fd(&mut self) -> u32 {
        self.below(12) as u32
    }

    /// Around the pieces that memory is shared in, mostly; rarely what no file has.
    fn place(&mut self) -> u64 {
        match self.below(50) {
            0 => u64::MAX - self.below(10),
            1 => 1 << 40,
            2..20 => self.below(100),
            _ => self.below(100_000),
        }
    }

    fn len(&mut self) -> usize {
        match self.below(16) {
            0 => 0,
            1..6 => self.below(100) as usize,
            _ => self.below(70_000) as usize,
        }
    }

    fn offset(&mut self) -> Option<u64> {
        (self.below(2) == 0).then(|| self.place())
    }

    fn call(&mut self) -> Call {
        match self.below(32) {
            0..6 => {
                let create = self.below(3) > 0;
                let flags = OpenFlags {
                    create,
                    exclusive: create && self.below(4) == 0,
                    truncate: self.below(5) == 0,
                    directory: self.below(8) == 0,
                };
                Call::Open { path: self.path(), flags, append: self.below(4) == 0 }
            }
            6..8 => Call::Close(self.fd()),
            8 => Call::Duplicate(self.fd()),
            9 => Call::Renumber(self.fd(), self.fd()),
            10..14 => Call::Read { fd: self.fd(), offset: self.offset(), len: self.len() },
            14..18 => Call::Write {
                fd: self.fd(),
                offset: self.offset().filter(|&offset| offset < 1 << 32),
                len: self.len(),
                byte: self.below(256) as u8,
            },
            18..20 => Call::Seek {
                fd: self.fd(),
                offset: self.below(100_000) as i64 - 20_000,
                whence: self.below(4) as u32,
            },
            20 => Call::SetLen { fd: self.fd(), len: self.below(100_000) },
            21 => Call::Stat(self.path()),
            22 => Call::DescriptorStat(self.fd()),
            23..26 => Call::CreateDirectory(self.path()),
            26 => Call::RemoveDirectory(self.path_below()),
            27 => Call::RemoveFile(self.path_below()),
            28..30 => Call::Rename(self.path_below(), self.path_below()),
            30 => Call::List(self.path()),
            _ => Call::Sync { fd: self.fd(), data_only: self.below(2) == 0 },
        }
    }
}

/// A folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("ominipg-fuzz-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("it is created");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn systems(folder: &Path) -> [System; 2] {
    let image = {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Directory);
        header.set_size(0);
        builder.append_data(&mut header, "data/", std::io::empty()).expect("memory takes it");
        Arc::new(Image::from_tar(builder.into_inner().expect("memory takes it")).expect("it is an archive"))
    };
    let dir = cap_std::fs::Dir::open_ambient_dir(folder, cap_std::ambient_authority()).expect("it opens");
    let memory = || MemoryFiles::new(Arc::clone(&image));
    [Tree::new(memory(), None), Tree::new(memory(), Some(HostFiles::new(dir)))]
        .map(|tree| System { tree, descriptors: Descriptors::new() })
}

/// Makes the calls of a seed on both, and compares; then reads all files again.
fn compare(seed: u64) {
    let folder = Folder::new();
    let [mut memory, mut host] = systems(&folder.0);
    let mut numbers = Numbers(seed.max(1));
    let mut calls = Vec::new();
    for _ in 0..400 {
        let call = numbers.call();
        calls.push(call.clone());
        let answers = (memory.run(&call), host.run(&call));
        if answers.0 != answers.1 {
            let shown: Vec<String> = calls.iter().map(|call| format!("{call:?}")).collect();
            let (memory, host) = (summary(&answers.0), summary(&answers.1));
            panic!(
                "OMINIPG_FUZZ_SEED={seed}\n{}\nin memory: {memory}\non the host: {host}",
                shown.join("\n")
            );
        }
    }
}

fn summary(answer: &Result<Answer>) -> String {
    match answer {
        Ok(Answer::Bytes(bytes)) => format!("{} bytes, {:?}…", bytes.len(), &bytes[..bytes.len().min(16)]),
        other => format!("{other:?}"),
    }
}

#[test]
fn memory_and_host_answer_the_same() {
    let variable = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    if let Some(seed) = variable("OMINIPG_FUZZ_SEED") {
        return compare(seed);
    }
    let time = Duration::from_secs(variable("OMINIPG_FUZZ_SECONDS").unwrap_or(1));
    // A long run starts where no other did.
    let start =
        if time.as_secs() > 1 { u64::from(getrandom::u32().expect("there is chance")) << 16 } else { 1 };
    let (begin, mut seed) = (Instant::now(), start);
    while begin.elapsed() < time {
        compare(seed);
        seed += 1;
    }
    println!("{} sequences of 400 calls", seed - start);
}
