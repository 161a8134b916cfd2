//! Makes a database of a backup.

use std::io::Read;

use cap_std::fs::Dir;

use super::manifest::damaged;
use super::reader::unpack;
use super::settle::{ClusterIdentity, read};
use crate::embedded::artefacts::Artefacts;
use crate::embedded::files::host::HostFiles;
use crate::embedded::files::{DATA, FileType, MemoryFiles, OpenFlags, Tree};
use crate::embedded::identity::CONTROL;
use crate::error::{Error, ErrorKind};

/// The files of a database in memory.
pub(in crate::embedded) fn into_memory(artefacts: &Artefacts, from: impl Read) -> Result<MemoryFiles, Error> {
    let mut files = artefacts.files.clone();
    files.clear_directory(DATA).map_err(|_| damaged("there is no room for it"))?;
    let mut tree = Tree::new(files, None);
    unpack(from, engine(artefacts)?, &mut tree)?;
    Ok(tree.into_memory())
}

/// Fills an empty folder with a cluster, and makes it durable.
pub(in crate::embedded) fn fill(artefacts: &Artefacts, folder: Dir, from: impl Read) -> Result<(), Error> {
    let mut tree = Tree::new(artefacts.files.clone(), Some(HostFiles::new(folder)));
    unpack(from, engine(artefacts)?, &mut tree)?;
    sync_directories(&mut tree, DATA)
}

fn sync_directories(tree: &mut Tree, directory: &str) -> Result<(), Error> {
    let failed =
        |errno| Error::new(ErrorKind::Connect, format!("{directory} cannot be made durable: {errno:?}"));
    for entry in tree.list(directory).map_err(failed)? {
        if entry.kind == FileType::Directory {
            sync_directories(tree, &format!("{directory}/{}", entry.name))?;
        }
    }
    let handle = tree.open(directory, OpenFlags::default()).map_err(failed)?;
    let synced = tree.sync(&handle, directory, false).map_err(failed);
    tree.close(handle);
    synced
}

/// What the clusters of this program's engine are like.
fn engine(artefacts: &Artefacts) -> Result<ClusterIdentity, Error> {
    let control =
        read(&mut Tree::new(artefacts.files.clone(), None), &format!("{DATA}/{CONTROL}"), usize::MAX);
    let identity = control.ok().and_then(|control| ClusterIdentity::of(&control));
    identity.ok_or_else(|| Error::new(ErrorKind::Engine, "the engine's image has no control file"))
}
