//! The compiled engine on disk, so that it is compiled once for each user, version and processor.

mod clear;
mod hold;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::{self, IsTerminal, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use etcetera::BaseStrategy;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use wasmtime::{Engine, Module};

pub use self::clear::{Cleared, clear};
use super::artefacts::{self, Artefacts, Origin, POSTGRES, Started};
use super::files::image::Image;
use super::files::memory::MemoryFiles;
use super::module::{self, Placement, Role};
use super::snapshot::Snapshot;
use super::{cluster, snapshot};
use crate::error::{Error, ErrorKind};

/// Changes whenever what is stored, or how it is made, changes.
const FORMAT: u32 = 8;
const PLACEMENTS: &str = "modules.json";
/// The read-only files and the cluster of databases in folders.
const IMAGE: &str = "image";
/// The same, and the cluster on which the started engine runs.
const STARTED: &str = "started";
/// The rest of the started engine.
const SNAPSHOT: &str = "snapshot.json";

/// Names the cache folder instead of the user's.
const CACHE_VARIABLE: &str = "OMINIPG_CACHE_DIR";

/// A compiled module.
pub(super) enum Stored {
    /// In the cache.
    File(PathBuf),
    /// In memory, where no folder can be written.
    Module(Module),
}

impl Stored {
    pub(super) fn load(&self, engine: &Engine) -> wasmtime::Result<Module> {
        match self {
            Self::Module(module) => Ok(module.clone()),
            // SAFETY: the file must be what `Module::serialize` wrote, unchanged. It lies in the user's own cache folder,
            // where this crate alone puts files of that name, whole (written aside and renamed) and never rewritten;
            // wasmtime itself checks version, settings and processor features. Whoever can change the file can as well
            // change the program that maps it.
            #[allow(unsafe_code)]
            Self::File(path) => unsafe { Module::deserialize_file(engine, path) },
        }
    }
}

/// What the cache holds for this program.
#[derive(Debug, Clone)]
pub struct EngineCache {
    /// The folder of this program's version of the engine.
    pub path: PathBuf,
    /// Whether the engine is there, compiled.
    pub ready: bool,
    /// What the folder takes, in bytes.
    pub size: u64,
}

/// Compiles the engine and makes the first cluster, if the cache has none yet, and tells where it is.
///
/// The first `connect` to an embedded database does the same; this does it ahead, at build or install time.
///
/// # Errors
///
/// When the engine cannot be compiled, or the cache folder cannot be written.
pub fn prepare() -> Result<EngineCache, Error> {
    let engine = artefacts::engine().map_err(engine_error)?;
    let folder = folder(&engine)?;
    if load(&engine, &folder).is_none() {
        store(&engine, &folder).map_err(|error| error.context("cannot prepare the embedded engine"))?;
    }
    show()
}

/// Tells what the cache holds, without changing it.
///
/// # Errors
///
/// When the machine has no cache folder.
pub fn show() -> Result<EngineCache, Error> {
    let engine = artefacts::engine().map_err(engine_error)?;
    let path = folder(&engine)?;
    Ok(EngineCache { ready: path.join(PLACEMENTS).is_file(), size: size(&path), path })
}

/// What the files in a folder and below it take, in bytes.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.filter_map(|entry| match entry.metadata().ok()? {
        metadata if metadata.is_dir() => Some(size(&entry.path())),
        metadata => Some(metadata.len()),
    });
    sizes.sum()
}

/// Reads the engine from the cache, or compiles it and puts it there.
pub(super) fn load_or_build() -> Result<Artefacts, Error> {
    let engine = artefacts::engine().map_err(engine_error)?;
    let folder = match folder(&engine) {
        Ok(folder) => folder,
        Err(error) => return without_cache(&engine, &error),
    };
    if let Some(artefacts) = load(&engine, &folder) {
        return Ok(artefacts.from(Origin { folder: Some(folder), found: true }));
    }
    match store(&engine, &folder) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::Connect => return without_cache(&engine, &error),
        Err(error) => return Err(error),
    }
    let artefacts = load(&engine, &folder).ok_or_else(|| {
        Error::new(ErrorKind::Engine, format!("{} changed while it was read", folder.display()))
    })?;
    Ok(artefacts.from(Origin { folder: Some(folder), found: false }))
}

/// A cache that cannot be written slows each start down by seconds, but stops nobody.
fn without_cache(engine: &Engine, error: &Error) -> Result<Artefacts, Error> {
    tracing::warn!(target: "ominipg::engine", "the compiled engine is not kept: {error}; set {CACHE_VARIABLE} to a folder that can be written");
    let built = build(engine)?;
    let modules = built
        .modules
        .into_iter()
        .map(|(name, (placement, module))| (name, placement, Stored::Module(module)));
    let started = Started {
        snapshot: built.snapshot,
        memory: built.memory,
        files: MemoryFiles::new(Arc::new(built.started_image)),
    };
    Ok(Artefacts::new(engine.clone(), built.image, modules.collect(), Some(started)))
}

/// The folder for this version of the engine on this processor.
pub(super) fn folder(engine: &Engine) -> Result<PathBuf, Error> {
    let base = match std::env::var_os(CACHE_VARIABLE) {
        Some(folder) if !folder.is_empty() => PathBuf::from(folder),
        _ => etcetera::choose_base_strategy()
            .map_err(|error| {
                let message =
                    format!("no cache folder: {error}; set {CACHE_VARIABLE} to a folder that can be written");
                Error::new(ErrorKind::Connect, message)
            })?
            .cache_dir()
            .join("ominipg"),
    };
    Ok(base.join(format!("engine-{}", key(engine))))
}

/// Changes with the engine's bytes, wasmtime's version and settings, the processor's features, and `FORMAT`.
fn key(engine: &Engine) -> String {
    struct ToDigest(Sha256);
    impl Hasher for ToDigest {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut digest = ToDigest(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut digest);
    digest.0.update(FORMAT.to_le_bytes());
    digest.0.update(env!("CARGO_PKG_VERSION"));
    digest.0.update(liboliphaunt_wasix_portable::runtime_archive().unwrap_or_default());
    digest.0.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn load(engine: &Engine, folder: &Path) -> Option<Artefacts> {
    hold::share(folder)?;
    let placements: BTreeMap<String, Placement> = read_json(&folder.join(PLACEMENTS))?;
    let image = read_image(folder, IMAGE)?;
    let memory = Stored::File(folder.join(format!("{STARTED}.cwasm"))).load(engine).ok()?;
    let started = Started {
        snapshot: read_json(&folder.join(SNAPSHOT))?,
        memory,
        files: MemoryFiles::new(Arc::new(read_image(folder, STARTED)?)),
    };
    let modules = placements.into_iter().map(|(name, placement)| {
        let stored = Stored::File(folder.join(format!("{name}.cwasm")));
        (name, placement, stored)
    });
    Some(Artefacts::new(engine.clone(), image, modules.collect(), Some(started)))
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn read_image(folder: &Path, name: &str) -> Option<Image> {
    let entries = read_json(&folder.join(format!("{name}.json")))?;
    Image::map(&folder.join(format!("{name}.tar")), entries).ok()
}

fn write_image(folder: &Path, name: &str, image: &Image) -> io::Result<()> {
    fs::write(folder.join(format!("{name}.tar")), image.as_tar())?;
    fs::write(folder.join(format!("{name}.json")), json(image.entries()))
}

fn json(value: &(impl Serialize + ?Sized)) -> Vec<u8> {
    serde_json::to_vec(value).expect("numbers, names and lists of them are JSON")
}

/// Writes a file without the pages that hold nothing: the memory of a started engine is mostly empty.
fn write_sparse(path: &Path, bytes: &[u8]) -> io::Result<()> {
    const PAGE: usize = 4096;
    let mut file = fs::File::create(path)?;
    file.set_len(bytes.len() as u64)?;
    for (index, page) in bytes.chunks(PAGE).enumerate().filter(|(_, page)| page.iter().any(|&byte| byte != 0))
    {
        file.seek(SeekFrom::Start((index * PAGE) as u64))?;
        file.write_all(page)?;
    }
    Ok(())
}

/// Builds into a folder aside and renames it: nobody ever sees half an engine. Who comes second keeps what is there.
fn store(engine: &Engine, folder: &Path) -> Result<(), Error> {
    let parent = folder.parent().expect("the folder is inside the cache");
    let denied = |error: std::io::Error| {
        Error::new(
            ErrorKind::Connect,
            format!("cannot write to the cache folder {}: {error}", parent.display()),
        )
    };
    fs::create_dir_all(parent).map_err(denied)?;
    let aside = parent.join(format!(".new-{}-{:08x}", std::process::id(), getrandom::u32().unwrap_or(0)));
    fs::create_dir(&aside).map_err(denied)?;
    let stored = build(engine).and_then(|built| {
        let mut placements = BTreeMap::new();
        for (name, (placement, module)) in &built.modules {
            let bytes = module.serialize().map_err(engine_error)?;
            fs::write(aside.join(format!("{name}.cwasm")), bytes).map_err(denied)?;
            placements.insert(name, placement);
        }
        write_image(&aside, IMAGE, &built.image).map_err(denied)?;
        write_image(&aside, STARTED, &built.started_image).map_err(denied)?;
        let memory = built.memory.serialize().map_err(engine_error)?;
        write_sparse(&aside.join(format!("{STARTED}.cwasm")), &memory).map_err(denied)?;
        fs::write(aside.join(SNAPSHOT), json(&built.snapshot)).map_err(denied)?;
        fs::write(aside.join(PLACEMENTS), json(&placements)).map_err(denied)?;
        match fs::rename(&aside, folder) {
            Err(error) if !folder.join(PLACEMENTS).is_file() => Err(denied(error)),
            _ => Ok(()),
        }
    });
    // After a rename there is nothing left to remove.
    let _ = fs::remove_dir_all(&aside);
    stored
}

/// The engine, compiled, and the files of a fresh database.
struct Built {
    modules: BTreeMap<String, (Placement, Module)>,
    image: Image,
    snapshot: Snapshot,
    memory: Module,
    started_image: Image,
}

fn build(engine: &Engine) -> Result<Built, Error> {
    let progress = Progress::start();
    let archive = archive()?;

    let mut modules = BTreeMap::new();
    for entry in archive.entries() {
        let Some(name) = module_name(&entry.path) else { continue };
        progress.say(format!("compiling PostgreSQL for this machine, once: {name}"));
        let role = if name == POSTGRES { Role::Main } else { Role::Side };
        let (placement, bytes) =
            module::prepare(archive.bytes(entry.start, entry.len), role).map_err(|error| {
                Error::new(
                    ErrorKind::Engine,
                    format!("{} is not a module of PostgreSQL: {error}", entry.path),
                )
            })?;
        let module = Module::new(engine, &bytes).map_err(engine_error)?;
        modules.insert(name.to_owned(), (placement, module));
    }

    progress.say("making the first cluster".to_owned());
    let image = cluster::make(Arc::new(artefacts(engine, &modules, Image::empty())), &archive)?;
    progress.say("starting it".to_owned());
    let with_cluster = Image::from_tar(image.as_tar().to_vec()).map_err(engine_error)?;
    let (snapshot, memory, started_image) =
        cluster::start(Arc::new(artefacts(engine, &modules, with_cluster)))?;
    let memory = snapshot::compile(engine, &memory)?;
    progress.finish();
    Ok(Built { modules, image, snapshot, memory, started_image })
}

/// What is needed to run engines while the rest is made.
fn artefacts(engine: &Engine, modules: &BTreeMap<String, (Placement, Module)>, image: Image) -> Artefacts {
    let modules = modules
        .iter()
        .map(|(name, (placement, module))| (name.clone(), *placement, Stored::Module(module.clone())));
    Artefacts::new(engine.clone(), image, modules.collect(), None)
}

/// The archive that the engine's crate ships.
fn archive() -> Result<Image, Error> {
    let compressed = liboliphaunt_wasix_portable::runtime_archive().ok_or_else(|| {
        Error::new(ErrorKind::Engine, "the crate liboliphaunt-wasix-portable was built without the engine")
    })?;
    Image::from_tar_zst(compressed)
        .map_err(|error| Error::new(ErrorKind::Engine, format!("the engine's archive is damaged: {error}")))
}

/// The name of the module at a path of the archive, where there is one that a database uses.
fn module_name(path: &str) -> Option<&str> {
    match path.strip_prefix(cluster::ARCHIVE_ROOT)? {
        "bin/postgres" => Some(POSTGRES),
        path => path.strip_prefix("lib/postgresql/")?.strip_suffix(".so"),
    }
}

pub(super) fn engine_error(error: impl Display) -> Error {
    Error::new(ErrorKind::Engine, format!("the embedded engine cannot be loaded: {error:#}"))
}

/// A line on stderr while the engine is compiled, if that is a terminal.
pub(super) struct Progress(Option<ProgressBar>);

impl Progress {
    pub(super) fn start() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let style =
            ProgressStyle::with_template("{spinner} {msg} ({elapsed})").expect("the template is valid");
        let bar = ProgressBar::new_spinner().with_style(style);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(Some(bar))
    }

    pub(super) fn say(&self, message: String) {
        tracing::info!(target: "ominipg::engine", "{message}");
        if let Some(bar) = &self.0 {
            bar.set_message(message);
        }
    }

    pub(super) fn finish(self) {
        if let Some(bar) = self.0 {
            bar.finish_and_clear();
        }
    }
}
