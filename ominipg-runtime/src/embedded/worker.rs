//! The thread that an embedded database runs on.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::thread::JoinHandle;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio_postgres::{Client, Config, NoTls};

use super::artefacts;
use super::backend::Backend;
use super::extensions::Selection;
use super::files::Tree;
use super::files::host::HostFiles;
use super::files::memory::MemoryFiles;
use super::folder::Folder;
use super::settings;
use super::stream::EngineStream;
use super::{Location, SUPERUSER};
use crate::error::{Error, ErrorKind, chain};

/// Why the engine of a database failed; empty while it has not.
type Ending = Arc<OnceLock<String>>;

/// An embedded database on a thread of its own; dropping this ends both.
pub(crate) struct Embedded {
    client: Arc<Client>,
    ending: Ending,
    /// Dropped or sent, it ends the thread.
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
    /// Answers when the thread's work is done.
    ended: oneshot::Receiver<()>,
}

impl Embedded {
    /// Opens the database at `location` and makes extensions available to it.
    pub(crate) async fn open(location: Location, extensions: Selection) -> Result<Self, Error> {
        let (opened, answer) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let ending = Ending::default();
        let for_thread = Arc::clone(&ending);
        let thread = std::thread::Builder::new()
            .name("ominipg-engine".to_owned())
            .spawn(move || {
                run(location, &extensions, &for_thread, opened, stopped);
                // Nobody may be waiting for the end.
                let _ = end.send(());
            })
            .map_err(failed_to_start)?;
        let client = answer
            .await
            .map_err(|_| Error::new(ErrorKind::Engine, "the database's thread ended while it opened"))??;
        Ok(Self { client: Arc::new(client), ending, stop, thread, ended })
    }

    /// The one session of the database.
    pub(crate) fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// Why the engine failed, once it has.
    pub(crate) fn ending(&self) -> Option<String> {
        self.ending.get().cloned()
    }

    /// Ends the database in order, and waits until its files are free.
    pub(crate) async fn close(self) {
        // The thread may have ended on its own, in which case nobody receives this.
        let _ = self.stop.send(());
        let _ = self.ended.await;
        // A panic of the thread reached everyone who waited for it as a closed connection.
        let _ = self.thread.join();
    }
}

fn failed_to_start(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Connect, format!("cannot start the database's thread: {error}"))
}

fn run(
    location: Location,
    extensions: &Selection,
    ending: &Ending,
    opened: oneshot::Sender<Result<Client, Error>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().build() {
        Ok(runtime) => runtime,
        // Here and below: who asked may have given up.
        Err(error) => return drop(opened.send(Err(failed_to_start(error)))),
    };
    let connected = async {
        let (backend, folder) = start(location, extensions).await?;
        let (client, connection) = config().connect_raw(EngineStream::new(backend), NoTls).await?;
        Ok((client, connection, folder))
    };
    runtime.block_on(async {
        // The folder's lock is freed last.
        let (client, connection, _folder) = match connected.await {
            Ok(connected) => connected,
            Err(error) => return drop(opened.send(Err(error))),
        };
        if opened.send(Ok(client)).is_err() {
            return;
        }
        let (mut connection, mut stopped) = (pin!(connection), pin!(stopped));
        let ended = poll_fn(|cx| match connection.as_mut().poll(cx) {
            // Dropping the connection drops its stream, which shuts PostgreSQL down.
            Poll::Pending => stopped.as_mut().poll(cx).map(|_| Ok(())),
            ended => ended,
        });
        if let Err(error) = ended.await {
            let why = ending.get_or_init(|| chain(&error));
            tracing::error!(target: "ominipg::engine", "the embedded database ended: {why}");
        }
    });
}

/// A new database in memory as the byte stream of its one session, for tests that put a socket before it.
///
/// The stream must be read by the task that writes to it: writing wakes the writer, reading runs PostgreSQL.
#[doc(hidden)]
pub async fn stream() -> Result<impl AsyncRead + AsyncWrite + Unpin + Send, Error> {
    Ok(EngineStream::new(start(Location::Memory, &Selection::default()).await?.0))
}

fn config() -> Config {
    let mut config = Config::new();
    config.user(SUPERUSER).dbname("postgres").application_name("ominipg");
    config
}

async fn start(location: Location, extensions: &Selection) -> Result<(Backend, Option<Folder>), Error> {
    let artefacts = artefacts::shared()?;
    let library = extensions.library(&artefacts)?;
    let folder = match &location {
        Location::Memory => None,
        Location::Folder(path) => Some(Folder::open(path, &artefacts.image)?),
    };
    let host = folder.as_ref().map(Folder::cluster).transpose()?.map(HostFiles::new);
    let tree = Tree::new(MemoryFiles::new(Arc::clone(&artefacts.image)), host);
    let arguments = settings::arguments(folder.is_none(), &extensions.preloaded());
    Ok((Backend::start(artefacts, library, tree, arguments).await?, folder))
}
