//! The cluster of a new database, from the image or from a backup. It is made aside, made durable, and then gets its name:
//! nobody ever opens half a cluster.

use std::io::{self, Write};

use cap_std::fs::Dir;

use super::{CLUSTER, NEW_CLUSTER};
use crate::embedded::artefacts::Artefacts;
use crate::embedded::backup::{self, BackupSource};
use crate::embedded::files::image::Image;
use crate::embedded::files::{DATA, FileType};
use crate::embedded::identity;
use crate::error::Error;

/// Makes a cluster like the image's.
pub(super) fn create(dir: &Dir, image: &Image) -> io::Result<()> {
    let new = begin(dir)?;
    fill(&new, image)?;
    finish(dir, &new)
}

/// Makes a cluster of a backup; of one that is not whole, nothing stays.
pub(super) fn restore(
    dir: &Dir,
    artefacts: &Artefacts,
    backup: &BackupSource,
    failed: impl Fn(io::Error) -> Error,
) -> Result<(), Error> {
    let from = backup.open()?;
    let made = begin(dir).map_err(&failed).and_then(|new| {
        let filled = new.try_clone().map_err(&failed)?;
        backup::fill(artefacts, filled, from).map_err(|error| error.context(backup.name()))?;
        finish(dir, &new).map_err(&failed)
    });
    if made.is_err() {
        // What cannot be removed now is when the database is opened next.
        let _ = dir.remove_dir_all(NEW_CLUSTER);
    }
    made
}

fn begin(dir: &Dir) -> io::Result<Dir> {
    if dir.exists(NEW_CLUSTER) {
        dir.remove_dir_all(NEW_CLUSTER)?;
    }
    dir.create_dir(NEW_CLUSTER)?;
    let new = dir.open_dir(NEW_CLUSTER)?;
    // Before anything is in it.
    restrict(&new)?;
    Ok(new)
}

fn finish(dir: &Dir, new: &Dir) -> io::Result<()> {
    sync(new)?;
    dir.rename(NEW_CLUSTER, dir, CLUSTER)?;
    sync(dir)
}

/// Copies the image's cluster, with an identifier of its own.
fn fill(new: &Dir, image: &Image) -> io::Result<()> {
    let identifier = identity::new_identifier();
    for entry in image.entries() {
        let Some(path) = entry.path.strip_prefix(DATA).and_then(|path| path.strip_prefix('/')) else {
            continue;
        };
        match entry.kind {
            FileType::Directory => new.create_dir(path)?,
            _ => {
                let mut file = new.create(path)?;
                let contents = identity::identify_file(path, image.bytes(entry.start, entry.len), identifier)
                    .map_err(|errno| io::Error::other(format!("{path} is not as it must be: {errno:?}")))?;
                file.write_all(&contents)?;
                file.sync_all()?;
            }
        }
    }
    for directory in image.entries().iter().filter(|entry| entry.kind == FileType::Directory) {
        if let Some(path) = directory.path.strip_prefix(DATA).and_then(|path| path.strip_prefix('/')) {
            sync(&new.open_dir(path)?)?;
        }
    }
    Ok(())
}

/// The owner alone may look inside.
#[cfg(unix)]
fn restrict(dir: &Dir) -> io::Result<()> {
    use cap_std::fs::{Permissions, PermissionsExt};
    dir.set_permissions(".", Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn restrict(_: &Dir) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
pub(super) fn sync(dir: &Dir) -> io::Result<()> {
    dir.open(".")?.into_std().sync_all()
}

#[cfg(not(unix))]
pub(super) fn sync(_: &Dir) -> io::Result<()> {
    Ok(())
}
