//! Opening and closing an embedded database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::NoTls;

use super::artefacts::{self, Artefacts};
use super::backend::{Backend, Means};
use super::backup::{self, BackupSource, Copying};
use super::control::Control;
use super::engine::Engine;
use super::extensions::Selection;
use super::files::host::HostFiles;
use super::files::{MemoryFiles, Tree};
use super::folder::Folder;
use super::settings;
use super::stream::SessionStream;
use super::switchboard::Settings;
use super::worker::{self, Bell};
use super::{DATABASE, Location, Options, SUPERUSER, watchdog};
use crate::client::{EngineState, Monitor};
use crate::error::{Error, ErrorKind};
use crate::session::{Connection, Line, OnMessage, listener};

/// An embedded database; dropping this ends it.
pub(crate) struct Embedded {
    engine: Arc<Engine>,
    /// The folder's lock, freed last.
    folder: Option<Folder>,
    worker: Option<JoinHandle<()>>,
}

impl Embedded {
    /// Opens the database at `location` with extensions, and with a worker or alone on its callers' threads; a new one is
    /// made from `backup` where there is one.
    pub(crate) async fn open(
        location: Location,
        options: Options,
        extensions: Selection,
        with_worker: bool,
        backup: Option<BackupSource>,
    ) -> Result<Self, Error> {
        // What is ready is copied at once; everything else takes a thread of its own for a while.
        let is_plain = extensions.is_empty() && backup.is_none() && options.is_copied();
        if let (Location::Memory, true, Some(artefacts)) = (&location, is_plain, artefacts::ready()) {
            return start(artefacts, Place::New, &options, &extensions, with_worker).await;
        }
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let opening = move || {
            let opened = artefacts::shared().and_then(|artefacts| {
                let place = match (&location, &backup) {
                    (Location::Memory, None) => Place::New,
                    (Location::Memory, Some(backup)) => {
                        let files = backup::into_memory(&artefacts, backup.open()?);
                        Place::Memory(files.map_err(|error| error.context(backup.name()))?)
                    }
                    (Location::Folder(path), backup) => Place::Folder {
                        folder: Folder::open(path, &artefacts, backup.as_ref())?,
                        restored: backup.is_some(),
                    },
                };
                complete(start(artefacts, place, &options, &extensions, with_worker))
            });
            // Who asked may have given up: then it ends again.
            drop(sender.send(opened));
        };
        std::thread::Builder::new().name("ominipg-open".to_owned()).spawn(opening).map_err(|error| {
            Error::new(ErrorKind::Connect, format!("cannot start the database's thread: {error}"))
        })?;
        let gone = |_| Error::new(ErrorKind::Engine, "the database's thread ended while it opened");
        receiver.await.map_err(gone)?
    }

    /// A new session of the database, to be spoken to as a server is.
    pub(crate) fn session(&self) -> SessionStream {
        let id = self.engine.add(Settings::default(), &[]);
        SessionStream::with_startup(Arc::clone(&self.engine), id)
    }

    /// What opens further sessions.
    pub(crate) fn sessions(&self) -> Sessions {
        Sessions(Arc::clone(&self.engine))
    }

    /// A copy of its files to be made.
    pub(crate) fn copying(&self) -> Result<Copying, Error> {
        Copying::new(Arc::clone(&self.engine), self.folder.as_ref())
    }

    /// The state of its engine.
    pub(crate) fn state(&self) -> EngineState {
        self.engine.state()
    }

    /// Why its engine failed, once it has.
    #[cfg(test)]
    pub(super) fn ending(&self) -> Option<String> {
        self.engine.failure().map(str::to_owned)
    }

    /// Cancels whatever its sessions run or wait for.
    pub(crate) fn cancel_all(&self) {
        self.engine.cancel_all();
    }

    /// Ends the database in order, and waits until its files are free.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL could not write what it had to: it recovers at the next open.
    pub(crate) async fn close(self) -> Result<(), Error> {
        let had_failed = self.engine.failure().is_some();
        self.engine.close();
        self.engine.ended().await;
        match self.engine.failure() {
            // What failed before has been told to whom it met.
            Some(reason) if !had_failed => Err(Error::new(ErrorKind::Engine, reason)),
            _ => Ok(()),
        }
    }
}

/// Opens sessions of a database for clients that were let in.
#[derive(Clone)]
pub(crate) struct Sessions(Arc<Engine>);

impl Sessions {
    /// Opens a session with settings of its client's, and a secret for cancelling its statements.
    pub(crate) fn open(
        &self,
        settings: BTreeMap<String, String>,
        secret: Vec<u8>,
    ) -> Result<SessionStream, Error> {
        self.check()?;
        let id = self.0.add(Settings::begun_with(settings), &secret);
        Ok(SessionStream::new(Arc::clone(&self.0), id))
    }

    /// Opens a session for this process, and makes the client that speaks to it.
    pub(crate) async fn connect(&self, monitor: Arc<Monitor>) -> Result<Connection, Error> {
        let listener = listener(Arc::clone(&monitor));
        self.connect_with(monitor, listener).await
    }

    /// The same; `on_message` takes what PostgreSQL sends on its own.
    pub(crate) async fn connect_with(
        &self,
        monitor: Arc<Monitor>,
        on_message: OnMessage,
    ) -> Result<Connection, Error> {
        self.check()?;
        let id = self.0.add(Settings::default(), &[]);
        let stream = SessionStream::with_startup(Arc::clone(&self.0), id);
        let control = stream.control();
        let mut config = tokio_postgres::Config::new();
        config.user(SUPERUSER).dbname(DATABASE);
        let (client, mut connection) = config.connect_raw(stream, NoTls).await?;
        monitor.connected_to(connection.parameter("server_version"));
        let line = Line::new(move |cx| connection.poll_message(cx), on_message, control);
        Ok(Connection::with_line(client, line, monitor))
    }

    /// Lets something go wrong in the engine.
    #[cfg(test)]
    pub(super) fn fail(&self, fault: super::faults::Fault) {
        self.0.fail(fault);
    }

    /// Refuses where the engine has ended.
    fn check(&self) -> Result<(), Error> {
        match (self.0.has_ended(), self.0.failure()) {
            (false, _) => Ok(()),
            (true, Some(why)) => Err(Error::new(ErrorKind::Engine, why)),
            (true, None) => Err(Error::new(ErrorKind::Closed, "the database was closed")),
        }
    }

    /// Cancels what the session with this number runs, if its secret is right.
    pub(crate) fn cancel(&self, process_id: i32, is_right: impl Fn(&[u8]) -> bool) {
        self.0.cancel_with(process_id, is_right);
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.engine.close();
        if let (Some(worker), Some(folder)) = (self.worker.take(), self.folder.take()) {
            if self.engine.has_ended() {
                return;
            }
            // The folder is free when its engine has ended; nobody waits for that here.
            let end = move || {
                // A worker that panicked has ended too.
                let _ = worker.join();
                drop(folder);
            };
            if let Err(error) = std::thread::Builder::new().name("ominipg-close".to_owned()).spawn(end) {
                tracing::error!(target: "ominipg::engine", "the database's folder stays locked: {error}");
            }
        }
    }
}

/// Where the files of a database to be started are.
enum Place {
    /// In memory, as those of every new database.
    New,
    /// In memory, restored from a backup.
    Memory(MemoryFiles),
    /// In a folder.
    Folder { folder: Folder, restored: bool },
}

async fn start(
    artefacts: Arc<Artefacts>,
    place: Place,
    options: &Options,
    extensions: &Selection,
    with_worker: bool,
) -> Result<Embedded, Error> {
    let (files, folder, restored) = match place {
        Place::New => (None, None, false),
        Place::Memory(files) => (Some(files), None, true),
        Place::Folder { folder, restored } => (None, Some(folder), restored),
    };
    let control = Arc::new(Control::new(!with_worker));
    let flush = (folder.is_some() && options.relaxed_durability).then(Arc::default);
    let memory_limit = usize::try_from(options.memory_limit).ok();
    let means = Means { control: Arc::clone(&control), memory_limit, flush: flush.clone() };
    let (library, preloaded) = (extensions.library(&artefacts)?, extensions.preloaded());
    let mut backend = match (&folder, files, artefacts.started()) {
        // What is preloaded asks for it while PostgreSQL starts.
        (None, None, Some(started)) if preloaded.is_empty() && options.is_copied() => {
            Backend::copy(Arc::clone(&artefacts), started, library, means).await?
        }
        (_, files, _) => {
            let host = folder.as_ref().map(Folder::cluster).transpose()?.map(HostFiles::new);
            #[cfg(all(test, unix))]
            let host = host.map(|host| host.with_faults(options.faults.clone()));
            let files = files.unwrap_or_else(|| artefacts.files.clone());
            let tree = Tree::new(files, host);
            let arguments = settings::arguments(folder.is_none(), options, &preloaded);
            Backend::start(artefacts, library, tree, arguments, means).await?
        }
    };
    if restored {
        backend.drop_temporary().await?;
    }
    let bell = Arc::new(Bell::default());
    let engine = Arc::new(Engine::new(backend, control, flush, options, Arc::clone(&bell)));
    let failed =
        |error| Error::new(ErrorKind::Connect, format!("cannot start the watchdog's thread: {error}"));
    watchdog::add(&engine).map_err(failed)?;
    let worker = with_worker.then(|| worker::start(Arc::clone(&engine), bell)).transpose()?;
    Ok(Embedded { engine, folder, worker })
}

/// Runs a future that waits for nothing but the engine, which here runs to its end at once.
pub(super) fn complete<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    loop {
        if let std::task::Poll::Ready(value) =
            future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
        {
            return value;
        }
    }
}

/// A new database in memory as the byte stream of its one session, for tests that put a socket before it.
#[doc(hidden)]
pub async fn stream() -> Result<impl AsyncRead + AsyncWrite + Unpin + Send, Error> {
    let embedded =
        Embedded::open(Location::Memory, Options::default(), Selection::default(), true, None).await?;
    let stream = embedded.session();
    // It lives as long as the process.
    std::mem::forget(embedded);
    Ok(stream)
}
