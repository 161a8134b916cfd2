//! One PostgreSQL backend: started or copied, served, and ended.

mod arithmetic;
mod copying;
mod cursors;
mod defaults;
mod interface;
mod listening;
mod objects;
mod sessions;
mod settings;
mod vacuum;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use wasmtime::{Instance, Store, StoreLimitsBuilder, TypedFunc, WasmParams, WasmResults};

use self::interface::Interface;
use super::artefacts::{Artefacts, Origin, Started};
use super::control::{Control, Words};
use super::extensions::Library;
use super::files::{MemoryFiles, Tree};
use super::flush::Flush;
use super::frames;
use super::host::{Clock, Host, Log};
use super::identity::{self, Identity};
use super::link;
use super::snapshot::{self, Snapshot};
use super::switchboard::Switchboard;
use super::wasi::{Descriptors, Exit, Guest};
use crate::error::{Error, ErrorKind};

/// The codes that the guest leaves with.
const ALIVE: i32 = 99;
const ERROR_AT_TOP_LEVEL: i32 = 100;

/// After SIGTERM or another FATAL error, all in order; a PANIC leaves with 127.
const TERMINATED: i32 = 1;

/// SIGTERM: an orderly shutdown, with a checkpoint.
const TERMINATE: i32 = 15;

/// The protocol goes over descriptors 0 and 1, rather than over buffers in the guest.
const STREAM: i32 = 1;

/// The startup message of the one session that PostgreSQL knows of: user and database `postgres`.
const STARTUP: &[u8] = b"\0\0\0\x29\0\x03\0\0user\0postgres\0database\0postgres\0\0";

/// A backend that waits for its clients.
pub(super) struct Backend {
    store: Store<Host>,
    interface: Interface,
    board: Arc<Switchboard>,
    control: Arc<Control>,
    /// What a new session hears first.
    greeting: Vec<u8>,
    /// PostgreSQL's own defaults of the settings that clients began with.
    defaults: BTreeMap<String, String>,
    /// What the database and its user say of the settings of every session, where that is known.
    login_settings: Option<BTreeMap<String, String>>,
    /// Where PostgreSQL says which of its handlers gets the next error.
    exception_stack: u32,
    /// Tables of no cursors, for sessions to come.
    spare_cursors: Vec<u32>,
}

/// What a backend may use, who controls it, and who writes its log; by default all there is, and itself alone.
pub(super) struct Means {
    pub(super) control: Arc<Control>,
    /// In bytes.
    pub(super) memory_limit: Option<usize>,
    pub(super) flush: Option<Arc<Flush>>,
}

impl Default for Means {
    fn default() -> Self {
        Self { control: Arc::new(Control::new(true)), memory_limit: None, flush: None }
    }
}

/// How a call into the guest came back.
enum Left {
    Returned,
    /// An ERROR reached top level; PostgreSQL has recovered, and is to be called again.
    Recovered,
    /// It found the end of its input; the backend lives.
    InputEnded,
    /// PostgreSQL has ended, on request or after an error that it does not survive; with the code of its process.
    Ended(i32),
}

impl Backend {
    /// Starts PostgreSQL on the cluster in `tree`, with the extensions in `library`.
    pub(super) async fn start(
        artefacts: Arc<Artefacts>,
        library: Library,
        tree: Tree,
        arguments: Vec<String>,
        means: Means,
    ) -> Result<Self, Error> {
        let (mut store, instance) = instantiate(artefacts, tree, arguments, means).await?;
        library.install(store.data_mut());
        match Self::begin(&mut store, instance).await {
            Ok((interface, greeting)) => {
                let mut backend = Self::new(store, instance, interface, greeting)?;
                match backend.log_in().await {
                    Ok(()) => Ok(backend),
                    Err(error) => Err(failure(&backend.store, error).context("PostgreSQL knows no user")),
                }
            }
            Err(error) => Err(failure(&store, error).context("PostgreSQL did not start")),
        }
    }

    async fn begin(store: &mut Store<Host>, instance: Instance) -> wasmtime::Result<(Interface, Vec<u8>)> {
        let signal = function(store, instance, "__wasm_signal")?;
        store.data_mut().signal_handler = Some(signal);
        // This host unwinds nested exceptions, so that only errors at top level leave the guest.
        call(store, instance, "oliphaunt_wasix_set_force_host_error_recovery", 0).await?;
        call(store, instance, "oliphaunt_wasix_set_active", 1).await?;
        // PostgreSQL finds the end of its input, and leaves its own loop alive.
        match run(store, instance).await? {
            ALIVE => {}
            code => return Err(wasmtime::Error::new(Exit(code))),
        }
        function::<(), ()>(store, instance, "oliphaunt_wasix_start")?.call_async(&mut *store, ()).await?;
        call(store, instance, "oliphaunt_wasix_set_protocol_transport", STREAM).await?;
        let greeting = greet(store, instance).await?;
        let interface = Interface::of(store, instance).await?;
        Ok((interface, greeting))
    }

    /// A copy of a started engine, with the extensions in `library`.
    pub(super) async fn copy(
        artefacts: Arc<Artefacts>,
        started: &Started,
        library: Library,
        means: Means,
    ) -> Result<Self, Error> {
        let mut tree = Tree::new(started.files.clone(), None);
        let snapshot = &started.snapshot;
        let io =
            |errno| Error::new(ErrorKind::Engine, format!("the started engine has no such file: {errno:?}"));
        let identifier = identity::new_identifier();
        identity::identify(&mut tree, identifier).map_err(io)?;
        let descriptors = Descriptors::restore(&snapshot.descriptors, &mut tree).map_err(io)?;
        let mut host = host(artefacts, tree, Vec::new(), means);
        host.descriptors = descriptors;
        host.directory.clone_from(&snapshot.directory);
        host.clock = Clock::new(snapshot.clock);
        library.install(&mut host);
        let mut store = Store::new(&host.artefacts.engine.clone(), host);
        store.limiter(|host| &mut host.limits);
        let copied = async {
            let memory = snapshot::map(&mut store, &started.memory).await?;
            let instance = link::restore(&mut store, memory, &snapshot.links).await?;
            store.data_mut().signal_handler = Some(function(&mut store, instance, "__wasm_signal")?);
            let renewed = snapshot.identity.renew(&mut Guest::new(&mut store), identifier);
            renewed.map_err(|errno| wasmtime::format_err!("the snapshot is not whole: {errno:?}"))?;
            Ok((instance, Interface::of(&mut store, instance).await?))
        };
        match copied.await {
            Ok((instance, interface)) => {
                let mut backend = Self::new(store, instance, interface, snapshot.greeting.clone())?;
                // Nothing has been said in a new database.
                backend.login_settings = Some(BTreeMap::new());
                Ok(backend)
            }
            Err(error) => Err(failure(&store, error).context("the started engine cannot be copied")),
        }
    }

    fn new(
        mut store: Store<Host>,
        instance: Instance,
        interface: Interface,
        greeting: Vec<u8>,
    ) -> Result<Self, Error> {
        let (board, control) = (store.data().board.clone(), store.data().control.clone());
        let mut address = |name| link::address(&mut store, instance, name);
        let (Some(interrupt), Some(cancel)) = (address("InterruptPending"), address("QueryCancelPending"))
        else {
            return Err(Error::new(ErrorKind::Engine, "the engine does not tell where its interrupts are"));
        };
        let Some(exception_stack) = address("PG_exception_stack") else {
            return Err(Error::new(
                ErrorKind::Engine,
                "the engine does not tell where its handlers of errors are",
            ));
        };
        store.data_mut().reserved = [interrupt, cancel];
        let base = store.data().memory().data_ptr(&store);
        // SAFETY: the memory never moves (`memory_may_move`) and lives as long as the store, and `drop` withdraws the
        // words before that goes; `Guest` keeps its references off them.
        #[allow(unsafe_code)]
        let words = unsafe { Words::new(base, [interrupt, cancel]) };
        control.set_words(Some(words));
        Ok(Self {
            store,
            interface,
            board,
            control,
            greeting,
            defaults: BTreeMap::new(),
            login_settings: None,
            exception_stack,
            spare_cursors: Vec::new(),
        })
    }

    /// What a new session hears first.
    pub(super) fn greeting(&self) -> &[u8] {
        &self.greeting
    }

    /// Where the compiled engine comes from.
    pub(super) fn origin(&self) -> Origin {
        self.store.data().artefacts.origin.clone()
    }

    pub(super) fn board(&self) -> &Arc<Switchboard> {
        &self.board
    }

    /// Serves the clients until the switchboard closes, then shuts down in order.
    pub(super) async fn serve(mut self) -> Result<(), Error> {
        self.watch_objects().await.map_err(|error| failure(&self.store, error))?;
        let left = loop {
            let left = match self.drive().await {
                Ok(Left::Returned) if !self.board.is_closing() => {
                    self.change_turns().await.map(|()| Left::Recovered)
                }
                left => left,
            };
            match left {
                Ok(Left::Recovered) => {}
                left => break left,
            }
        };
        match left {
            // Whoever waits for an answer is told what PostgreSQL said last.
            Ok(Left::Ended(code)) => Err(failure(&self.store, wasmtime::Error::new(Exit(code)))),
            Ok(_) => self.shut_down().await,
            Err(error) => Err(failure(&self.store, error)),
        }
    }

    /// Lets PostgreSQL answer messages until there is something for the host to do.
    async fn drive(&mut self) -> wasmtime::Result<Left> {
        self.call(|interface| &interface.drive, ()).await
    }

    /// Ends PostgreSQL as SIGTERM does, so that the cluster needs no recovery when it is opened again.
    async fn shut_down(&mut self) -> Result<(), Error> {
        // Whose turn it was would take PostgreSQL's last words for the end of that session only.
        self.board.set_current(None);
        let ended = async {
            self.call(|interface| &interface.signal, TERMINATE).await?;
            self.call(|interface| &interface.main_loop_once, ()).await
        };
        match ended.await {
            Ok(Left::Ended(TERMINATED)) => Ok(()),
            Ok(Left::Ended(code)) => Err(failure(&self.store, wasmtime::Error::new(Exit(code)))),
            Ok(_) => Err(Error::new(
                ErrorKind::Engine,
                "PostgreSQL did not shut down; it recovers at the next open",
            )),
            Err(error) => Err(failure(&self.store, error)),
        }
    }

    /// Calls into the guest; an ERROR that reaches top level is reported to the client, and the backend goes on.
    async fn call<P: WasmParams + Sync>(
        &mut self,
        function: impl Fn(&Interface) -> &TypedFunc<P, ()>,
        parameters: P,
    ) -> wasmtime::Result<Left> {
        let stack_pointer = self.interface.stack_pointer.get(&mut self.store);
        let handler = Guest::new(&mut self.store).read_u32(self.exception_stack).unwrap_or_default();
        let Err(error) = function(&self.interface).call_async(&mut self.store, parameters).await else {
            return Ok(Left::Returned);
        };
        let (error, portals) = match arithmetic::is_arithmetic(&error) {
            true => (self.raise_arithmetic(handler, error).await, arithmetic::Portals::Run),
            false => (error, arithmetic::Portals::Ended),
        };
        // An ERROR leaves the stack pointer up to 1.2 KB low.
        self.interface.stack_pointer.set(&mut self.store, stack_pointer)?;
        match error.downcast_ref::<Exit>() {
            Some(Exit(ERROR_AT_TOP_LEVEL)) => {
                let recovered = self.recover(portals).await;
                self.interface.stack_pointer.set(&mut self.store, stack_pointer)?;
                recovered.map(|()| Left::Recovered)
            }
            Some(Exit(ALIVE)) => Ok(Left::InputEnded),
            Some(&Exit(code)) => Ok(Left::Ended(code)),
            None => Err(error),
        }
    }

    /// The engine as it is now, its memory, and its files.
    pub(super) fn keep(mut self, started: u64) -> Result<(Snapshot, Vec<u8>, MemoryFiles), Error> {
        let kept = self.try_keep(started);
        let (snapshot, memory) = kept.map_err(|error| failure(&self.store, error))?;
        Ok((snapshot, memory, self.store.data().tree.memory().clone()))
    }

    fn try_keep(&mut self, started: u64) -> wasmtime::Result<(Snapshot, Vec<u8>)> {
        self.control.set_words(None);
        let main = self.store.data().linkage.as_ref().and_then(|linkage| linkage.main);
        let main = main.ok_or_else(|| wasmtime::format_err!("the engine is not linked"))?;
        let random = link::address(&mut self.store, main, "pg_global_prng_state");
        let random = random.ok_or_else(|| wasmtime::format_err!("the engine has no random state"))?;
        let memory = self.store.data().memory().data(&self.store).to_vec();
        let host = self.store.data_mut();
        let identity = Identity::find(&memory, &mut host.tree, random, started);
        let identity =
            identity.map_err(|errno| wasmtime::format_err!("the cluster has no control file: {errno:?}"))?;
        let (descriptors, directory, clock) =
            (host.descriptors.save(), host.directory.clone(), host.clock.now() + Duration::from_secs(1));
        let links = link::links(&mut self.store)?;
        let greeting = self.greeting.clone();
        Ok((Snapshot { links, descriptors, directory, clock, greeting, identity }, memory))
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        // Before the memory goes.
        self.control.set_words(None);
    }
}

/// Introduces the host to PostgreSQL as its client, and gives the parameters that it answers with.
async fn greet(store: &mut Store<Host>, instance: Instance) -> wasmtime::Result<Vec<u8>> {
    let board = store.data().board.clone();
    board.ask(STARTUP, false);
    let port = function::<(), i32>(store, instance, "oliphaunt_wasix_get_proc_port")?;
    let port = port.call_async(&mut *store, ()).await?;
    let startup = function::<(i32, i32, i32), i32>(store, instance, "ProcessStartupPacket")?;
    startup.call_async(&mut *store, (port, 1, 1)).await?;
    for name in ["oliphaunt_wasix_send_conn_data", "oliphaunt_wasix_pq_flush"] {
        function::<(), ()>(store, instance, name)?.call_async(&mut *store, ()).await?;
    }
    Ok(frames::all(&board.answer())
        .filter(|(kind, _)| *kind == b'S')
        .flat_map(|(_, whole)| whole.to_vec())
        .collect())
}

async fn call(store: &mut Store<Host>, instance: Instance, name: &str, value: i32) -> wasmtime::Result<()> {
    function::<i32, i32>(store, instance, name)?.call_async(&mut *store, value).await.map(drop)
}

/// Runs the main function and gives the code that it leaves with.
async fn run(store: &mut Store<Host>, instance: Instance) -> wasmtime::Result<i32> {
    match function::<(), ()>(store, instance, "_start")?.call_async(&mut *store, ()).await {
        Ok(()) => Ok(0),
        Err(error) => match error.downcast_ref::<Exit>() {
            Some(Exit(code)) => Ok(*code),
            None => Err(error),
        },
    }
}

/// Runs PostgreSQL to its end with `input`, and gives back the files.
pub(super) async fn run_script(
    artefacts: Arc<Artefacts>,
    tree: Tree,
    arguments: Vec<String>,
    input: &[u8],
) -> Result<Tree, Error> {
    let (mut store, instance) = instantiate(artefacts, tree, arguments, Means::default()).await?;
    store.data().board.ask(input, false);
    match run(&mut store, instance).await {
        Ok(0) => Ok(store.into_data().tree),
        Ok(code) => Err(failure(&store, wasmtime::Error::new(Exit(code)))),
        Err(error) => Err(failure(&store, error)),
    }
}

async fn instantiate(
    artefacts: Arc<Artefacts>,
    tree: Tree,
    arguments: Vec<String>,
    means: Means,
) -> Result<(Store<Host>, Instance), Error> {
    let engine = artefacts.engine.clone();
    let mut store = Store::new(&engine, host(artefacts, tree, arguments, means));
    store.limiter(|host| &mut host.limits);
    match link::instantiate(&mut store).await {
        Ok(instance) => Ok((store, instance)),
        Err(error) => Err(failure(&store, error)),
    }
}

fn host(artefacts: Arc<Artefacts>, tree: Tree, arguments: Vec<String>, means: Means) -> Host {
    let environment = [
        "PGDATA=/data",
        "PGSYSCONFDIR=/data",
        "PGCLIENTENCODING=UTF8",
        "LC_ALL=C",
        "TZ=UTC",
        "PGTZ=UTC",
        "HOME=/",
        "USER=postgres",
    ];
    Host {
        arguments,
        environment: environment.map(str::to_owned).to_vec(),
        tree,
        descriptors: Descriptors::new(),
        directory: String::new(),
        board: Arc::default(),
        control: means.control,
        limits: StoreLimitsBuilder::new().memory_size(means.memory_limit.unwrap_or(usize::MAX)).build(),
        flush: means.flush,
        login_changed: false,
        log: Log::default(),
        clock: Clock::new(Duration::ZERO),
        reserved: [u32::MAX; 2],
        signal_handler: None,
        artefacts,
        library: Arc::default(),
        linkage: None,
    }
}

fn function<P: WasmParams, R: WasmResults>(
    store: &mut Store<Host>,
    instance: Instance,
    name: &str,
) -> wasmtime::Result<TypedFunc<P, R>> {
    instance.get_typed_func(store, name)
}

/// An error of the engine, with what PostgreSQL said last.
fn failure(store: &Store<Host>, error: wasmtime::Error) -> Error {
    let said = store.data().log.tail();
    let message = match (error.downcast_ref::<Exit>(), said) {
        (Some(Exit(code)), "") => format!("PostgreSQL ended with code {code}"),
        (Some(Exit(_)), said) => format!("PostgreSQL ended:\n{said}"),
        (None, "") => format!("the embedded engine failed: {error}"),
        (None, said) => format!("the embedded engine failed: {error}\nPostgreSQL said last:\n{said}"),
    };
    Error::new(ErrorKind::Engine, message)
}
