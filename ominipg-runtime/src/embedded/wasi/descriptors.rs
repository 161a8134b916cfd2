//! The descriptor table: numbers lead to open files, which duplicates share.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::errno::{Errno, Result};
use crate::embedded::files::{Entry, Handle, OpenFlags, Tree};

/// More than PostgreSQL ever opens with `max_files_per_process=64`; a leak ends here rather than in the host's memory.
const MAX: usize = 4096;

/// An open file; duplicates of a descriptor share it and its position.
pub(in crate::embedded) struct OpenFile {
    pub(in crate::embedded) kind: Kind,
    /// Where it was opened, as a normal path; empty for the root.
    pub(in crate::embedded) path: String,
    pub(in crate::embedded) position: u64,
    pub(in crate::embedded) append: bool,
    pub(in crate::embedded) nonblocking: bool,
    /// The names of a directory as they were when reading began: a position stays right while entries are removed.
    pub(in crate::embedded) listing: Option<Vec<Entry>>,
    uses: u32,
}

pub(in crate::embedded) enum Kind {
    File(Handle),
    Input,
    Output,
    Log,
    PipeReader(usize),
    PipeWriter(usize),
    Epoll(Vec<Interest>),
}

/// A descriptor that an epoll descriptor watches.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::embedded) struct Interest {
    pub(in crate::embedded) fd: u32,
    pub(in crate::embedded) events: u32,
    pub(in crate::embedded) data: [u8; 24],
}

impl OpenFile {
    pub(in crate::embedded) fn new(kind: Kind, path: String) -> Self {
        Self { kind, path, position: 0, append: false, nonblocking: false, listing: None, uses: 1 }
    }
}

/// The table.
pub(in crate::embedded) struct Descriptors {
    slots: Vec<Option<Slot>>,
    files: Vec<Option<OpenFile>>,
    pub(in crate::embedded) pipes: Vec<VecDeque<u8>>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Slot {
    file: usize,
    close_on_exec: bool,
}

impl Descriptors {
    /// A table with input, output, log and the root directory at 0 to 3.
    pub(in crate::embedded) fn new() -> Self {
        let mut table = Self { slots: Vec::new(), files: Vec::new(), pipes: Vec::new() };
        for kind in [Kind::Input, Kind::Output, Kind::Log, Kind::File(Handle::Directory)] {
            table.insert(OpenFile::new(kind, String::new())).expect("an empty table has room");
        }
        table
    }

    /// Adds an open file at the lowest free number.
    pub(in crate::embedded) fn insert(&mut self, file: OpenFile) -> Result<u32> {
        let at = match self.files.iter().position(Option::is_none) {
            Some(at) => at,
            None => {
                self.files.push(None);
                self.files.len() - 1
            }
        };
        let fd = self.free_slot(0)?;
        self.files[at] = Some(file);
        self.slots[fd] = Some(Slot { file: at, close_on_exec: false });
        Ok(fd as u32)
    }

    fn free_slot(&mut self, from: usize) -> Result<usize> {
        let fd = (from..self.slots.len()).find(|&fd| self.slots[fd].is_none());
        let fd = fd.unwrap_or(self.slots.len().max(from));
        if fd >= MAX {
            return Err(Errno::MFILE);
        }
        if fd >= self.slots.len() {
            self.slots.resize(fd + 1, None);
        }
        Ok(fd)
    }

    fn slot(&self, fd: u32) -> Result<Slot> {
        self.slots.get(fd as usize).copied().flatten().ok_or(Errno::BADF)
    }

    pub(in crate::embedded) fn get(&self, fd: u32) -> Result<&OpenFile> {
        let slot = self.slot(fd)?;
        Ok(self.files[slot.file].as_ref().expect("a slot leads to an open file"))
    }

    pub(in crate::embedded) fn get_mut(&mut self, fd: u32) -> Result<&mut OpenFile> {
        let slot = self.slot(fd)?;
        Ok(self.files[slot.file].as_mut().expect("a slot leads to an open file"))
    }

    pub(in crate::embedded) fn close_on_exec(&self, fd: u32) -> Result<bool> {
        Ok(self.slot(fd)?.close_on_exec)
    }

    pub(in crate::embedded) fn set_close_on_exec(&mut self, fd: u32, on: bool) -> Result<()> {
        self.slot(fd)?;
        self.slots[fd as usize].as_mut().expect("looked up above").close_on_exec = on;
        Ok(())
    }

    /// Frees a number; the open file comes back when no other number leads to it.
    pub(in crate::embedded) fn close(&mut self, fd: u32) -> Result<Option<OpenFile>> {
        let slot = self.slot(fd)?;
        self.slots[fd as usize] = None;
        let file = self.files[slot.file].as_mut().expect("a slot leads to an open file");
        file.uses -= 1;
        Ok(if file.uses == 0 { self.files[slot.file].take() } else { None })
    }

    /// Duplicates to the lowest free number that is at least `least`.
    pub(in crate::embedded) fn duplicate(&mut self, fd: u32, least: u32, close_on_exec: bool) -> Result<u32> {
        let slot = self.slot(fd)?;
        let new = self.free_slot(least as usize)?;
        self.files[slot.file].as_mut().expect("a slot leads to an open file").uses += 1;
        self.slots[new] = Some(Slot { file: slot.file, close_on_exec });
        Ok(new as u32)
    }

    /// Moves `from` to the number `to`; the open file that was there comes back when nothing else leads to it.
    pub(in crate::embedded) fn renumber(&mut self, from: u32, to: u32) -> Result<Option<OpenFile>> {
        let slot = self.slot(from)?;
        if from == to {
            return Ok(None);
        }
        if to as usize >= MAX {
            return Err(Errno::BADF);
        }
        let closed = self.close(to).unwrap_or(None);
        if to as usize >= self.slots.len() {
            self.slots.resize(to as usize + 1, None);
        }
        self.slots[to as usize] = Some(slot);
        self.slots[from as usize] = None;
        Ok(closed)
    }

    /// Adds a pipe: the numbers to read from and to write to.
    pub(in crate::embedded) fn pipe(&mut self) -> Result<(u32, u32)> {
        self.pipes.push(VecDeque::new());
        let pipe = self.pipes.len() - 1;
        let reader = self.insert(OpenFile::new(Kind::PipeReader(pipe), String::new()))?;
        let writer = self.insert(OpenFile::new(Kind::PipeWriter(pipe), String::new()))?;
        Ok((reader, writer))
    }
}

/// A descriptor table as a snapshot keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::embedded) struct SavedDescriptors {
    slots: Vec<Option<Slot>>,
    files: Vec<Option<SavedFile>>,
    pipes: Vec<Vec<u8>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct SavedFile {
    kind: SavedKind,
    path: String,
    position: u64,
    append: bool,
    nonblocking: bool,
    uses: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum SavedKind {
    File,
    Input,
    Output,
    Log,
    PipeReader(usize),
    PipeWriter(usize),
    Epoll(Vec<Interest>),
}

impl Descriptors {
    /// The table, with its files by their paths.
    pub(in crate::embedded) fn save(&self) -> SavedDescriptors {
        let kind = |kind: &Kind| match kind {
            Kind::File(_) => SavedKind::File,
            Kind::Input => SavedKind::Input,
            Kind::Output => SavedKind::Output,
            Kind::Log => SavedKind::Log,
            Kind::PipeReader(pipe) => SavedKind::PipeReader(*pipe),
            Kind::PipeWriter(pipe) => SavedKind::PipeWriter(*pipe),
            Kind::Epoll(interests) => SavedKind::Epoll(interests.clone()),
        };
        let file = |file: &OpenFile| SavedFile {
            kind: kind(&file.kind),
            path: file.path.clone(),
            position: file.position,
            append: file.append,
            nonblocking: file.nonblocking,
            uses: file.uses,
        };
        SavedDescriptors {
            slots: self.slots.clone(),
            files: self.files.iter().map(|open| open.as_ref().map(file)).collect(),
            pipes: self.pipes.iter().map(|pipe| pipe.iter().copied().collect()).collect(),
        }
    }

    /// The saved table on the files of `tree`.
    pub(in crate::embedded) fn restore(saved: &SavedDescriptors, tree: &mut Tree) -> Result<Self> {
        let mut files = Vec::with_capacity(saved.files.len());
        for file in &saved.files {
            files.push(match file {
                None => None,
                Some(file) => Some(OpenFile {
                    kind: match &file.kind {
                        SavedKind::File => Kind::File(tree.open(&file.path, OpenFlags::default())?),
                        SavedKind::Input => Kind::Input,
                        SavedKind::Output => Kind::Output,
                        SavedKind::Log => Kind::Log,
                        SavedKind::PipeReader(pipe) => Kind::PipeReader(*pipe),
                        SavedKind::PipeWriter(pipe) => Kind::PipeWriter(*pipe),
                        SavedKind::Epoll(interests) => Kind::Epoll(interests.clone()),
                    },
                    path: file.path.clone(),
                    position: file.position,
                    append: file.append,
                    nonblocking: file.nonblocking,
                    listing: None,
                    uses: file.uses,
                }),
            });
        }
        let pipes = saved.pipes.iter().map(|pipe| pipe.iter().copied().collect()).collect();
        Ok(Self { slots: saved.slots.clone(), files, pipes })
    }
}
