use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, ErrorKind};

/// Where a backup is read from.
#[derive(Clone)]
pub(crate) enum BackupSource {
    /// A file.
    File(PathBuf),
    /// Anything else, read once.
    Reader(Arc<Mutex<Option<Box<dyn Read + Send>>>>),
}

impl BackupSource {
    /// A reader, which the clones of this share.
    pub(crate) fn reader(reader: impl Read + Send + 'static) -> Self {
        Self::Reader(Arc::new(Mutex::new(Some(Box::new(reader)))))
    }

    /// Opens it for reading.
    pub(in crate::embedded) fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        match self {
            Self::File(path) => match File::open(path) {
                Ok(file) => Ok(Box::new(file)),
                Err(error) => {
                    let message = format!("cannot read the backup {}: {error}", path.display());
                    Err(Error::new(ErrorKind::Backup, message).with_source(error))
                }
            },
            Self::Reader(reader) => {
                let reader = reader.lock().unwrap_or_else(PoisonError::into_inner).take();
                reader.ok_or_else(|| {
                    let message = "these options have restored their backup already, and a reader is read once: make \
                                   new options, or name a file with `restore_from`";
                    Error::new(ErrorKind::Options, message)
                })
            }
        }
    }

    /// What errors call it.
    pub(in crate::embedded) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Reader(_) => "the reader".to_owned(),
        }
    }
}

impl fmt::Debug for BackupSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}
