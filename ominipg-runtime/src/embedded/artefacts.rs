//! What every engine of the process shares: the compiled modules and the image of a fresh cluster.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use wasmtime::{Config, Engine, Linker, Module};

use super::cache::{self, Stored};
use super::files::image::Image;
use super::files::memory::MemoryFiles;
use super::host::Host;
use super::module::Placement;
use super::snapshot::Snapshot;
use super::{driver, link};
use crate::error::Error;

/// The stack that WebAssembly may use, in bytes. PostgreSQL measures only the shadow stack in its own memory, against
/// `max_stack_depth`; native frames take up to 24 times as much. Less than this and a runaway recursion would overflow here.
const NATIVE_STACK: usize = 64 * 1024 * 1024;
/// What the imports of this host may use on top.
const HOST_STACK: usize = 1024 * 1024;

/// The name of the main module.
pub(super) const POSTGRES: &str = "postgres";

/// Compiled modules and files.
pub(super) struct Artefacts {
    pub(super) engine: Engine,
    modules: BTreeMap<String, SharedModule>,
    /// The read-only files and a fresh cluster in `data`.
    pub(super) image: Arc<Image>,
    /// The files of `image`, of which databases take copies.
    pub(super) files: MemoryFiles,
    linker: OnceLock<Linker<Host>>,
    driver: OnceLock<Module>,
    started: Option<Started>,
    pub(super) origin: Origin,
}

/// Where the compiled engine of this process comes from.
#[derive(Debug, Default, Clone)]
pub(super) struct Origin {
    /// Its folder; none where it is not kept.
    pub(super) folder: Option<PathBuf>,
    /// Whether it was there already.
    pub(super) found: bool,
}

/// An engine that was started, for databases in memory to be copies of.
pub(super) struct Started {
    pub(super) snapshot: Snapshot,
    /// Its memory.
    pub(super) memory: Module,
    /// Its files.
    pub(super) files: MemoryFiles,
}

struct SharedModule {
    placement: Placement,
    stored: Stored,
    module: OnceLock<Module>,
}

impl Artefacts {
    pub(super) fn new(
        engine: Engine,
        image: Image,
        modules: Vec<(String, Placement, Stored)>,
        started: Option<Started>,
    ) -> Self {
        let modules = modules
            .into_iter()
            .map(|(name, placement, stored)| {
                (name, SharedModule { placement, stored, module: OnceLock::new() })
            })
            .collect();
        let image = Arc::new(image);
        let files = MemoryFiles::new(Arc::clone(&image));
        Self {
            engine,
            modules,
            image,
            files,
            linker: OnceLock::new(),
            driver: OnceLock::new(),
            started,
            origin: Origin::default(),
        }
    }

    /// The same, with where they come from.
    pub(super) fn from(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    /// The engine that new databases in memory are copies of; there is none while it is made.
    pub(super) fn started(&self) -> Option<&Started> {
        self.started.as_ref()
    }

    /// The functions that engines import.
    pub(super) fn linker(&self) -> wasmtime::Result<&Linker<Host>> {
        if self.linker.get().is_none() {
            let (main, _) = self.module(POSTGRES).expect("the artefacts hold the main module")?;
            // Another thread may have been faster; its own is as good.
            drop(self.linker.set(link::linker(&self.engine, main)?));
        }
        Ok(self.linker.get().expect("set above"))
    }

    /// The module that drives an engine.
    pub(super) fn driver(&self) -> wasmtime::Result<&Module> {
        if self.driver.get().is_none() {
            drop(self.driver.set(Module::new(&self.engine, driver::module())?));
        }
        Ok(self.driver.get().expect("set above"))
    }

    /// A module by the name of its file, without its ending; it is mapped at first use.
    pub(super) fn module(&self, name: &str) -> Option<wasmtime::Result<(&Module, Placement)>> {
        let shared = self.modules.get(name)?;
        if shared.module.get().is_none() {
            match shared.stored.load(&self.engine) {
                Ok(module) => drop(shared.module.set(module)),
                Err(error) => return Some(Err(error)),
            }
        }
        Some(Ok((shared.module.get().expect("set above"), shared.placement)))
    }
}

/// The artefacts of this process, made or read from the cache at first use.
pub(super) fn shared() -> Result<Arc<Artefacts>, Error> {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(artefacts) = &*shared {
        return Ok(Arc::clone(artefacts));
    }
    let artefacts = Arc::new(cache::load_or_build()?);
    Ok(Arc::clone(shared.insert(artefacts)))
}

/// The artefacts of this process, if they are there already.
pub(super) fn ready() -> Option<Arc<Artefacts>> {
    SHARED.try_lock().ok()?.clone()
}

static SHARED: Mutex<Option<Arc<Artefacts>>> = Mutex::new(None);

/// The engine's settings; they are part of what a compiled module is good for.
pub(super) fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config
        .wasm_exceptions(true)
        .wasm_threads(true)
        .wasm_function_references(true)
        .wasm_bulk_memory(true)
        .wasm_simd(true)
        .wasm_tail_call(true)
        .wasm_gc(true)
        .memory_may_move(false)
        // A started engine is mapped copy-on-write, however sparse its memory is.
        .memory_guaranteed_dense_image_size(1 << 32)
        .max_wasm_stack(NATIVE_STACK)
        .async_stack_size(NATIVE_STACK + HOST_STACK)
        // Every ERROR at top level leaves the guest by a trap; a trace of it would cost more than the statement.
        .wasm_backtrace_max_frames(None)
        // Artefacts for Windows need it.
        .native_unwind_info(cfg!(windows));
    Engine::new(&config)
}
