//! What a backup says about itself.

use serde::{Deserialize, Serialize};

use super::settle::ClusterIdentity;
use crate::error::{Error, ErrorKind};

/// The archive's first entry.
pub(super) const MANIFEST: &str = "manifest.json";
/// The archive's last entry, in the form that `sha256sum --check` reads.
pub(super) const CHECKSUMS: &str = "SHA256SUMS";
/// The folder of the cluster in the archive.
pub(super) const FOLDER: &str = "cluster";
/// The version of this format.
const FORMAT: u32 = 1;
/// The longest manifest that is read, in bytes: about a hundred thousand files.
pub(super) const MANIFEST_LEN: u64 = 16 * 1024 * 1024;

/// The first entry's contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The version of the format; everything else may mean something else in another.
    pub(super) format: u32,
    /// PostgreSQL's major version.
    pub(super) postgres: u32,
    /// The version of the catalog.
    pub(super) catalog: u32,
    /// The version of the control file.
    pub(super) control: u32,
    /// The version of the crate that carries the engine.
    pub(super) engine: String,
    /// The version of this crate.
    pub(super) ominipg: String,
    /// The cluster's identifier; a text, for numbers of this size are not safe in JSON.
    pub(super) system_identifier: String,
    /// When it was taken.
    pub(super) created: String,
    /// The entries that follow, in order.
    pub(super) entries: Vec<Item>,
}

/// A file or a directory of the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Item {
    /// Relative to the cluster's folder.
    pub(super) path: String,
    /// A file's size in bytes; a directory has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u64>,
}

impl Manifest {
    /// The manifest of a cluster with these entries, written now.
    pub(super) fn new(identity: ClusterIdentity, entries: Vec<Item>) -> Self {
        Self {
            format: FORMAT,
            postgres: liboliphaunt_wasix_portable::POSTGRES_MAJOR,
            catalog: identity.catalog,
            control: identity.layout,
            engine: liboliphaunt_wasix_portable::PACKAGE_VERSION.to_owned(),
            ominipg: env!("CARGO_PKG_VERSION").to_owned(),
            system_identifier: identity.system.to_string(),
            created: jiff::Timestamp::now().to_string(),
            entries,
        }
    }

    /// Reads a manifest, and checks that this program can restore what it announces.
    pub(super) fn read(bytes: &[u8], engine: ClusterIdentity) -> Result<Self, Error> {
        /// What is the same in every version of the format.
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let broken = |error: serde_json::Error| damaged(format!("its manifest is not readable: {error}"));
        let Version { format } = serde_json::from_slice(bytes).map_err(broken)?;
        if format != FORMAT {
            return Err(refused(format!(
                "the backup has version {format} of the format, and this version of ominipg reads version {FORMAT}: \
                 restore it with the version of ominipg that wrote it, or a newer one"
            )));
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(broken)?;
        let here = liboliphaunt_wasix_portable::POSTGRES_MAJOR;
        if manifest.postgres != here {
            return Err(refused(format!(
                "the backup is of PostgreSQL {}, and this program has PostgreSQL {here} built in: restore it with the \
                 version of ominipg that wrote it ({}), and move the data with pg_dump",
                manifest.postgres, manifest.ominipg
            )));
        }
        if (manifest.catalog, manifest.control) != (engine.catalog, engine.layout) {
            return Err(refused(format!(
                "the backup's catalog has version {} and its control file {}, and the PostgreSQL built in has {} and {}: \
                 restore it with the version of ominipg that wrote it ({}), and move the data with pg_dump",
                manifest.catalog, manifest.control, engine.catalog, engine.layout, manifest.ominipg
            )));
        }
        match manifest.entries.iter().find(|item| !is_safe(&item.path)) {
            Some(item) => {
                Err(damaged(format!("it holds a file with the path {:?}, which no cluster has", item.path)))
            }
            None => Ok(manifest),
        }
    }
}

/// Whether a path leads to below the folder that it starts from, on every system.
fn is_safe(path: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && !part.contains(|c: char| matches!(c, '\\' | ':') || c.is_control())
    };
    path.split('/').all(part)
}

/// An error about a backup that cannot be restored here.
pub(super) fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Backup, message)
}

/// An error about a backup that is not what was written once.
pub(super) fn damaged(what: impl std::fmt::Display) -> Error {
    refused(format!("the backup is not whole, or is none: {what}; nothing was restored, use another backup"))
}
