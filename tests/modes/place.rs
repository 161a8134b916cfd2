//! Where a test's database lives.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ominipg::{ConnectOptions, Mode, Ominipg};

use crate::blog::SCHEMA;

/// The modes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Memory,
    /// In memory, on the caller's thread.
    Alone,
    Folder,
    Direct,
    ServerWorker,
}

/// A database of its own, which can be opened again; a folder is removed with it.
pub(crate) struct Place {
    pub(crate) kind: Kind,
    url: String,
    folder: Option<std::path::PathBuf>,
}

impl Place {
    pub(crate) async fn new(kind: Kind) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("ominipg-modes-{}-{number}", std::process::id()));
        let (url, folder) = match kind {
            Kind::Memory | Kind::Alone => (":memory:".to_owned(), None),
            Kind::Folder => (format!("file://{}", folder.display()), Some(folder)),
            Kind::Direct | Kind::ServerWorker => (ominipg_test_support::database().await, None),
        };
        Self { kind, url, folder }
    }

    /// Whether it is in this process.
    pub(crate) fn is_embedded(&self) -> bool {
        matches!(self.kind, Kind::Memory | Kind::Alone | Kind::Folder)
    }

    /// Whether a test is left out that needs a server which takes two connections.
    pub(crate) fn is_left_out(&self) -> bool {
        !self.is_embedded() && !ominipg_test_support::takes_connections(2)
    }

    /// Opens it, with the tables of the blog.
    pub(crate) async fn open(&self) -> Ominipg {
        self.open_with(|options| options).await
    }

    /// Opens it with further options.
    pub(crate) async fn open_with(&self, further: impl FnOnce(ConnectOptions) -> ConnectOptions) -> Ominipg {
        let mut options = ConnectOptions::new(&self.url)
            .schema(&SCHEMA)
            .create_tables(true)
            .max_connections(ominipg_test_support::connections())
            .busy_timeout(Duration::from_secs(20));
        if self.kind == Kind::ServerWorker {
            options = options.use_worker(true);
        }
        if self.kind == Kind::Alone {
            options = options.use_worker(false);
        }
        let db = Ominipg::connect(further(options)).await.expect("the database opens");
        let mode = match self.kind {
            Kind::Memory | Kind::Folder => Mode::EmbeddedWorker,
            Kind::Alone => Mode::Embedded,
            Kind::Direct => Mode::Direct,
            Kind::ServerWorker => Mode::ServerWorker,
        };
        assert_eq!(db.mode(), mode);
        db
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}
