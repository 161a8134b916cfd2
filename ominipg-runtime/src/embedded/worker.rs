//! The thread that an embedded database runs on.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;
use tokio_postgres::{Client, Config, NoTls};

use super::artefacts;
use super::backend::Backend;
use super::files::Tree;
use super::files::host::HostFiles;
use super::files::memory::MemoryFiles;
use super::folder::Folder;
use super::settings;
use super::stream::{EngineStream, Ending};
use super::{Location, SUPERUSER};
use crate::error::{Error, ErrorKind};

/// An embedded database, running on a thread of its own.
pub(crate) struct Embedded {
    client: Arc<Client>,
    ending: Ending,
    thread: Mutex<Option<JoinHandle<()>>>,
    ended: Mutex<Option<oneshot::Receiver<()>>>,
}

impl Embedded {
    /// Opens the database at `location`; it closes when the last clone of its client is gone.
    pub(crate) async fn open(location: Location) -> Result<Self, Error> {
        let (opened, answer) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let ending = Ending::default();
        let for_thread = Arc::clone(&ending);
        let thread = std::thread::Builder::new()
            .name("ominipg".to_owned())
            .spawn(move || run(location, for_thread, opened, end))
            .map_err(|error| Error::new(ErrorKind::Connect, format!("cannot start the database's thread: {error}")))?;
        let client = answer
            .await
            .map_err(|_| Error::new(ErrorKind::Engine, "the database's thread ended while it opened"))??;
        Ok(Self {
            client: Arc::new(client),
            ending,
            thread: Mutex::new(Some(thread)),
            ended: Mutex::new(Some(ended)),
        })
    }

    /// The one session of the database.
    pub(crate) fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// Why the engine ended, once it has.
    pub(crate) fn ending(&self) -> Option<String> {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until the thread has ended; every clone of the client must be gone, or it never does.
    pub(crate) async fn close(self) {
        let Self { client, thread, ended, .. } = self;
        drop(client);
        let ended = ended.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(ended) = ended {
            // An error means that the sender is gone, and so the thread's work.
            let _ = ended.await;
        }
        if let Some(thread) = thread.into_inner().unwrap_or_else(PoisonError::into_inner) {
            // A panic of the thread has reached everyone who waited as a closed connection.
            let _ = thread.join();
        }
    }
}

fn run(
    location: Location,
    ending: Ending,
    opened: oneshot::Sender<Result<Client, Error>>,
    _end: oneshot::Sender<()>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let error = Error::new(ErrorKind::Connect, format!("cannot start the database's thread: {error}"));
            return drop(opened.send(Err(error)));
        }
    };
    runtime.block_on(async {
        let connected = async {
            let (backend, folder) = start(location).await?;
            let stream = EngineStream::new(backend, Arc::clone(&ending));
            let (client, connection) = config().connect_raw(stream, NoTls).await?;
            Ok((client, connection, folder))
        };
        match connected.await {
            Ok((client, connection, _folder)) => {
                if opened.send(Ok(client)).is_ok()
                    && let Err(error) = connection.await
                {
                    tracing::error!(target: "ominipg::engine", "the embedded database ended: {error}");
                }
            }
            // Nobody waits for it any more.
            Err(error) => drop(opened.send(Err(error))),
        }
    });
}

fn config() -> Config {
    let mut config = Config::new();
    config.user(SUPERUSER).dbname("postgres").application_name("ominipg");
    config
}

async fn start(location: Location) -> Result<(Backend, Option<Folder>), Error> {
    let artefacts = artefacts::shared()?;
    let folder = match &location {
        Location::Memory => None,
        Location::Folder(path) => Some(Folder::open(path, &artefacts.image)?),
    };
    let host = folder.as_ref().map(Folder::cluster).transpose()?.map(HostFiles::new);
    let tree = Tree::new(MemoryFiles::new(Arc::clone(&artefacts.image)), host);
    let arguments = settings::arguments(folder.is_none());
    Ok((Backend::start(artefacts, tree, arguments).await?, folder))
}
