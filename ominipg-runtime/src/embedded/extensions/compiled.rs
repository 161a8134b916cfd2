//! Extensions made fit for this machine: compiled once, and kept in the engine's folder of the cache.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};
use std::{fs, io};

use wasmtime::{Engine, Module};

use super::catalog;
use crate::embedded::cache::{self, Progress, Stored, engine_error};
use crate::embedded::files::FileType;
use crate::embedded::files::image::Image;
use crate::embedded::module::{self, Placement, Role};
use crate::error::{Error, ErrorKind};

const PLACEMENTS: &str = "modules.json";
const FILES: &str = "files.tar";

/// An extension whose modules are compiled; all databases of the process share it.
pub(super) struct Compiled {
    files: Arc<Image>,
    modules: BTreeMap<String, SideModule>,
}

struct SideModule {
    placement: Placement,
    stored: Stored,
    module: OnceLock<Module>,
}

impl SideModule {
    fn new(placement: Placement, stored: Stored) -> Self {
        Self { placement, stored, module: OnceLock::new() }
    }
}

impl Compiled {
    /// What PostgreSQL reads of it.
    pub(super) fn files(&self) -> &Arc<Image> {
        &self.files
    }

    /// A module by the name of its file, without its ending.
    pub(super) fn module(
        &self,
        engine: &Engine,
        name: &str,
    ) -> Option<wasmtime::Result<(Module, Placement)>> {
        let SideModule { placement, stored, module } = self.modules.get(name)?;
        let module = match module.get() {
            Some(module) => module,
            None => match stored.load(engine) {
                Ok(loaded) => module.get_or_init(|| loaded),
                Err(error) => return Some(Err(error)),
            },
        };
        Some(Ok((module.clone(), *placement)))
    }
}

/// The extension `name` of this process: shared, from the cache, or compiled now.
pub(super) fn of(name: &str, archive: &[u8], digest: &str, engine: &Engine) -> Result<Arc<Compiled>, Error> {
    type Cell = Mutex<Option<Arc<Compiled>>>;
    static SHARED: LazyLock<BTreeMap<&str, Cell>> =
        LazyLock::new(|| catalog::all().map(|extension| (extension.name, Cell::default())).collect());
    // Each has a lock of its own: who needs one that is there does not wait for another that is compiled.
    let mut shared = SHARED[name].lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(compiled) = &*shared {
        return Ok(Arc::clone(compiled));
    }
    let folder = engine_folder(engine).map(|folder| {
        // The digest tells versions of the extension apart.
        folder.join("extensions").join(format!("{name}-{}", &digest[..16]))
    });
    let compiled = match folder.as_deref().and_then(load) {
        Some(compiled) => compiled,
        None => build(name, archive, engine, folder.as_deref())
            .map_err(|error| error.context(format!("the extension \"{name}\" cannot be made ready")))?,
    };
    Ok(Arc::clone(shared.insert(Arc::new(compiled))))
}

/// The folder of the compiled engine, where there is one.
fn engine_folder(engine: &Engine) -> Option<&'static Path> {
    // Naming it takes a digest of the whole engine.
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER.get_or_init(|| cache::folder(engine).ok()).as_deref().filter(|folder| folder.is_dir())
}

fn load(folder: &Path) -> Option<Compiled> {
    let placements = fs::read(folder.join(PLACEMENTS)).ok()?;
    let placements: BTreeMap<String, Placement> = serde_json::from_slice(&placements).ok()?;
    let files = Arc::new(Image::from_tar(fs::read(folder.join(FILES)).ok()?).ok()?);
    let modules = placements.into_iter().map(|(name, placement)| {
        let stored = Stored::File(folder.join(format!("{name}.cwasm")));
        (name, SideModule::new(placement, stored))
    });
    Some(Compiled { files, modules: modules.collect() })
}

fn build(name: &str, archive: &[u8], engine: &Engine, folder: Option<&Path>) -> Result<Compiled, Error> {
    let progress = Progress::start();
    let damaged = |error: &dyn std::fmt::Display| {
        Error::new(ErrorKind::Engine, format!("its archive is damaged: {error}"))
    };
    let archive = Image::from_tar_zst(archive).map_err(|error| damaged(&error))?;
    let mut modules = BTreeMap::new();
    for entry in archive.entries() {
        let Some(module) = module_name(&entry.path) else { continue };
        progress.say(format!("compiling the extension {name} for this machine, once"));
        let bytes = archive.bytes(entry.start, entry.len);
        let (placement, bytes) = module::prepare(bytes, Role::Side).map_err(|error| damaged(&error))?;
        modules.insert(module.to_owned(), (placement, Module::new(engine, &bytes).map_err(engine_error)?));
    }
    let files = shared_files(&archive).map_err(|error| damaged(&error))?;
    // A cache that cannot be written makes the next start compile again, but stops nobody.
    if let Some(Err(error)) = folder.map(|folder| store(folder, &modules, &files)) {
        tracing::warn!(target: "ominipg::engine", "the compiled extension \"{name}\" is not kept: {error}");
    }
    progress.finish();
    let modules = modules.into_iter().map(|(name, (placement, module))| {
        let stored = Stored::Module(module);
        (name, SideModule::new(placement, stored))
    });
    Ok(Compiled { files: Arc::new(files), modules: modules.collect() })
}

fn module_name(path: &str) -> Option<&str> {
    path.strip_prefix("lib/postgresql/")?.strip_suffix(".so")
}

/// All that PostgreSQL reads; it only looks whether modules are there, and sees that in every database.
fn shared_files(archive: &Image) -> io::Result<Image> {
    let mut builder = tar::Builder::new(Vec::new());
    for entry in archive.entries() {
        if entry.kind != FileType::File || !entry.path.starts_with("share/") {
            continue;
        }
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o600);
        header.set_size(entry.len as u64);
        builder.append_data(&mut header, &entry.path, archive.bytes(entry.start, entry.len))?;
    }
    Image::from_tar(builder.into_inner()?)
}

/// Writes into a folder aside and renames it: nobody ever sees half an extension. Who comes second keeps what is there.
fn store(folder: &Path, modules: &BTreeMap<String, (Placement, Module)>, files: &Image) -> io::Result<()> {
    let parent = folder.parent().expect("the folder is inside the engine's");
    let aside = parent.join(format!(".new-{}-{:08x}", std::process::id(), getrandom::u32().unwrap_or(0)));
    let stored = write(&aside, modules, files).and_then(|()| match fs::rename(&aside, folder) {
        Err(error) if !folder.join(PLACEMENTS).is_file() => Err(error),
        _ => Ok(()),
    });
    // After a rename there is nothing left to remove.
    let _ = fs::remove_dir_all(&aside);
    stored
}

fn write(folder: &Path, modules: &BTreeMap<String, (Placement, Module)>, files: &Image) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, (_, module)) in modules {
        let bytes = module.serialize().map_err(io::Error::other)?;
        fs::write(folder.join(format!("{name}.cwasm")), bytes)?;
    }
    fs::write(folder.join(FILES), files.as_tar())?;
    let placements: BTreeMap<_, _> = modules.iter().map(|(name, (placement, _))| (name, placement)).collect();
    fs::write(folder.join(PLACEMENTS), serde_json::to_vec(&placements)?)
}
