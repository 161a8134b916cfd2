//! Writes the output: all of it, or none.

use std::path::{Path, PathBuf};
use std::{fs, io, process};

use crate::diagnostic::{Code, Error};
use crate::output::{File, MARK, Output};

/// What [`Output::write`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that are new or have changed, by name.
    pub changed: Vec<String>,
    /// Files that were deleted because no table gives them any more, by name.
    pub deleted: Vec<String>,
}

impl Output {
    /// Writes the files to a folder, which is made if it is missing. Files of its own that are no longer made are deleted;
    /// other files are left alone.
    ///
    /// # Errors
    ///
    /// A file that cannot be written; a file in the way that was not generated.
    pub fn write(&self, folder: impl AsRef<Path>) -> Result<Written, Error> {
        write(&self.files(), folder.as_ref())
    }
}

/// Writes files to a folder, by way of a folder within it, so that none is there in part.
pub(super) fn write(files: &[File], folder: &Path) -> Result<Written, Error> {
    let stage = stage(folder);
    let written = write_by(files, folder, &stage);
    // What is left of the stage after a failure is of no use; after a success it is empty.
    let _ = fs::remove_dir_all(&stage);
    written
}

/// Writes one file that may be replaced, unless it is there already; gives its name where something was written.
pub(super) fn replace(folder: &Path, file: &File) -> Result<Option<String>, Error> {
    let path = folder.join(&file.name);
    if read(&path)?.as_ref() == Some(&file.text) {
        return Ok(None);
    }
    let aside = folder.join(format!("{}.{}", file.name, process::id()));
    let moved = fs::write(&aside, &file.text).and_then(|()| fs::rename(&aside, &path));
    moved.map_err(|error| {
        let _ = fs::remove_file(&aside);
        unwritable(&path, &error)
    })?;
    Ok(Some(file.name.clone()))
}

fn stage(folder: &Path) -> PathBuf {
    folder.join(format!(".ominipg-codegen-{}", process::id()))
}

fn write_by(files: &[File], folder: &Path, stage: &Path) -> Result<Written, Error> {
    let mut written = Written::default();
    for file in files {
        let path = folder.join(&file.name);
        match read(&path)? {
            Some(text) if !text.starts_with(MARK) => return Err(foreign(&path)),
            Some(text) if text == file.text => {}
            _ => written.changed.push(file.name.clone()),
        }
    }
    let changed = files.iter().filter(|file| written.changed.contains(&file.name));
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    fs::create_dir_all(stage).map_err(|error| unwritable(stage, &error))?;
    for file in changed.clone() {
        let path = stage.join(&file.name);
        fs::write(&path, &file.text).map_err(|error| unwritable(&path, &error))?;
    }
    for file in changed {
        let path = folder.join(&file.name);
        fs::rename(stage.join(&file.name), &path).map_err(|error| unwritable(&path, &error))?;
    }
    for (path, name) in stale(folder, &names)? {
        fs::remove_file(&path).map_err(|error| unwritable(&path, &error))?;
        written.deleted.push(name);
    }
    Ok(written)
}

/// Generated files that are not among `names`.
pub(super) fn stale(folder: &Path, names: &[&str]) -> Result<Vec<(PathBuf, String)>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder, &error)),
    };
    let mut out = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if name.ends_with(".rs")
            && !names.contains(&name.as_str())
            && path.is_file()
            && read(&path)?.is_some_and(|text| text.starts_with(MARK))
        {
            out.push((path, name));
        }
    }
    out.sort();
    Ok(out)
}

/// The text of a file, if it is there.
pub(super) fn read(path: &Path) -> Result<Option<String>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn foreign(path: &Path) -> Error {
    let message = format!("`{}` was not generated, so it is not overwritten", path.display());
    Error::outside(Code::ForeignFile, message, "move it away, or choose another folder with `--out`")
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    let message = format!("`{}` cannot be written: {error}", path.display());
    Error::outside(Code::Unwritable, message, "choose a folder that you may write to with `--out`")
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::outside(Code::Unreadable, format!("`{}` cannot be read: {error}", path.display()), "")
}
