//! The state of one engine that its imports work on.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::{Global, Instance, Memory, StoreLimits, Table, TypedFunc};

use super::artefacts::Artefacts;
use super::control::Control;
use super::extensions::Library;
use super::files::{FileType, Metadata, Tree};
use super::flush::Flush;
use super::link::{Step, Tags};
use super::switchboard::Switchboard;
use super::wasi::Descriptors;
use super::wasi::errno::Result;

/// What the store of an engine carries.
pub(super) struct Host {
    pub(super) arguments: Vec<String>,
    pub(super) environment: Vec<String>,
    pub(super) tree: Tree,
    pub(super) descriptors: Descriptors,
    /// The working directory, as a normal path.
    pub(super) directory: String,
    /// What descriptors 0 and 1 lead to.
    pub(super) board: Arc<Switchboard>,
    pub(super) control: Arc<Control>,
    /// What PostgreSQL wrote to its log.
    pub(super) log: Log,
    pub(super) clock: Clock,
    /// Words of the guest's memory that other threads write.
    pub(super) reserved: [u32; 2],
    pub(super) signal_handler: Option<TypedFunc<i32, ()>>,
    pub(super) artefacts: Arc<Artefacts>,
    /// The extensions of the database.
    pub(super) library: Arc<Library>,
    pub(super) linkage: Option<Linkage>,
    /// The most memory: growing beyond it fails, which PostgreSQL reports as its own "out of memory".
    pub(super) limits: StoreLimits,
    /// Writes the log, where commits do not wait for it.
    pub(super) flush: Option<Arc<Flush>>,
    /// Whether somebody has said what settings sessions begin with.
    pub(super) login_changed: bool,
}

/// What modules of one engine share.
#[derive(Clone)]
pub(super) struct Linkage {
    pub(super) memory: Memory,
    pub(super) table: Table,
    pub(super) stack_pointer: Global,
    pub(super) main: Option<Instance>,
    pub(super) modules: Vec<LoadedModule>,
    /// Table slots of functions that other modules point to.
    pub(super) slots: HashMap<String, u32>,
    pub(super) tags: Tags,
    /// Entries of the functions for network addresses, and the functions that were there.
    pub(super) inet: Vec<(u32, u32)>,
    /// What the loader did, in order.
    pub(super) steps: Vec<Step>,
}

/// A side module that has been loaded.
#[derive(Clone)]
pub(super) struct LoadedModule {
    pub(super) name: String,
    pub(super) instance: Instance,
    pub(super) memory_base: u32,
}

/// The monotonic clock of an engine, which goes on where that of its snapshot stood.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    pub(super) base: Duration,
    pub(super) since: Instant,
}

impl Clock {
    /// A clock that stands at `base` now.
    pub(super) fn new(base: Duration) -> Self {
        Self { base, since: Instant::now() }
    }

    pub(super) fn now(&self) -> Duration {
        self.base + self.since.elapsed()
    }
}

impl Host {
    pub(super) fn memory(&self) -> Memory {
        self.linkage.as_ref().expect("the guest runs only after it is linked").memory
    }

    /// Kind and size behind a descriptor.
    pub(super) fn metadata(&self, fd: u32) -> Result<Metadata> {
        use super::wasi::Kind;
        let file = self.descriptors.get(fd)?;
        match &file.kind {
            Kind::File(handle) => self.tree.metadata(handle, &file.path),
            Kind::Input | Kind::Output | Kind::Log => Ok(Metadata { kind: FileType::Device, size: 0, id: 0 }),
            Kind::PipeReader(_) | Kind::PipeWriter(_) | Kind::Epoll(_) => {
                Ok(Metadata { kind: FileType::Pipe, size: 0, id: 0 })
            }
        }
    }

    /// Gives a closed file back to the tree.
    pub(super) fn release(&mut self, file: Option<super::wasi::OpenFile>) {
        if let Some(super::wasi::OpenFile { kind: super::wasi::Kind::File(handle), .. }) = file {
            self.tree.close(handle);
        }
    }
}

/// The last lines of PostgreSQL's log, for errors that end the engine; each line also goes to `tracing`.
#[derive(Default)]
pub(super) struct Log {
    tail: String,
    line: Vec<u8>,
}

impl Log {
    /// In bytes.
    const KEPT: usize = 4096;

    pub(super) fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if byte != b'\n' {
                self.line.push(byte);
                continue;
            }
            let line = String::from_utf8_lossy(&self.line).into_owned();
            tracing::debug!(target: "ominipg::postgres", "{line}");
            self.tail.push_str(&line);
            self.tail.push('\n');
            self.line.clear();
        }
        if self.tail.len() > Self::KEPT {
            let cut = (self.tail.len() - Self::KEPT..)
                .find(|&at| self.tail.is_char_boundary(at))
                .expect("the end is a boundary");
            self.tail.drain(..cut);
        }
    }

    /// The last lines.
    pub(super) fn tail(&self) -> &str {
        self.tail.trim_end()
    }
}
