//! One PostgreSQL backend: started, served, and ended.

use std::sync::Arc;
use std::time::Instant;

use wasmtime::{Global, Instance, Store, TypedFunc, WasmParams, WasmResults};

use super::artefacts::Artefacts;
use super::extensions::Library;
use super::files::Tree;
use super::host::{Host, Log};
use super::link;
use super::wasi::{Descriptors, Exit};
use super::wire::Wire;
use crate::error::{Error, ErrorKind};

/// The codes that the guest leaves with.
const ALIVE: i32 = 99;
const ERROR_AT_TOP_LEVEL: i32 = 100;

/// SIGTERM: an orderly shutdown, with a checkpoint.
const TERMINATE: i32 = 15;

/// The protocol goes over descriptors 0 and 1, rather than over buffers in the guest.
const STREAM: i32 = 1;

/// A backend that waits for its client.
pub(super) struct Backend {
    store: Store<Host>,
    interface: Interface,
}

/// The functions that drive a backend.
struct Interface {
    stack_pointer: Global,
    port: TypedFunc<(), i32>,
    process_startup_packet: TypedFunc<(i32, i32, i32), i32>,
    send_connection_data: TypedFunc<(), ()>,
    flush: TypedFunc<(), ()>,
    main_loop_once: TypedFunc<(), ()>,
    send_ready_if_needed: TypedFunc<(), ()>,
    recover: TypedFunc<(), ()>,
    signal: TypedFunc<i32, ()>,
}

/// How a call into the guest came back.
enum Left {
    Returned,
    /// The client is gone; the backend lives.
    ClientGone,
    /// PostgreSQL has ended, on request or after a FATAL error.
    Ended,
}

impl Backend {
    /// Starts PostgreSQL on the cluster in `tree`, with the extensions in `library`.
    pub(super) async fn start(
        artefacts: Arc<Artefacts>,
        library: Library,
        tree: Tree,
        arguments: Vec<String>,
    ) -> Result<Self, Error> {
        // While it starts, PostgreSQL must find the end of its input: it then leaves its own loop, alive.
        let (mut store, instance) = instantiate(artefacts, tree, Wire::script(b""), arguments).await?;
        library.install(store.data_mut());
        let interface = Interface::of(&mut store, instance).map_err(|error| failure(&store, error))?;
        store.data_mut().signal_handler = Some(interface.signal.clone());
        match start(&mut store, instance).await {
            Ok(()) => Ok(Self { store, interface }),
            Err(error) => Err(failure(&store, error).context("PostgreSQL did not start")),
        }
    }

    /// Serves the client at the other end of `wire` until it is gone, then shuts down in order.
    pub(super) async fn serve(mut self, wire: Arc<Wire>) -> Result<(), Error> {
        self.store.data_mut().wire = wire;
        match self.converse().await {
            Ok(Left::Ended) => Ok(()),
            Ok(_) => self.shut_down().await,
            Err(error) => Err(failure(&self.store, error)),
        }
    }

    async fn converse(&mut self) -> wasmtime::Result<Left> {
        let Interface { port, process_startup_packet, send_connection_data, flush, .. } = &self.interface;
        let store = &mut self.store;
        let port = port.call_async(&mut *store, ()).await?;
        process_startup_packet.call_async(&mut *store, (port, 1, 1)).await?;
        send_connection_data.call_async(&mut *store, ()).await?;
        flush.call_async(&mut *store, ()).await?;
        loop {
            // Nothing is flushed here: PostgreSQL flushes with ReadyForQuery and where the client asks for it.
            match self.call(|interface| &interface.main_loop_once, ()).await? {
                Left::Returned => {}
                left => return Ok(left),
            }
            match self.call(|interface| &interface.send_ready_if_needed, ()).await? {
                Left::Returned => {}
                left => return Ok(left),
            }
        }
    }

    /// Ends PostgreSQL as SIGTERM does, so that the cluster needs no recovery when it is opened again.
    async fn shut_down(mut self) -> Result<(), Error> {
        let ended = async {
            self.call(|interface| &interface.signal, TERMINATE).await?;
            self.call(|interface| &interface.main_loop_once, ()).await
        };
        match ended.await {
            Ok(Left::Ended) => Ok(()),
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
        let Err(error) = function(&self.interface).call_async(&mut self.store, parameters).await else {
            return Ok(Left::Returned);
        };
        // An ERROR leaves the stack pointer up to 1.2 KB low.
        self.interface.stack_pointer.set(&mut self.store, stack_pointer)?;
        match error.downcast_ref::<Exit>() {
            Some(Exit(ERROR_AT_TOP_LEVEL)) => {
                let recovered = self.interface.recover.call_async(&mut self.store, ()).await;
                self.interface.stack_pointer.set(&mut self.store, stack_pointer)?;
                recovered.map(|()| Left::Returned)
            }
            Some(Exit(ALIVE)) => Ok(Left::ClientGone),
            Some(Exit(_)) => Ok(Left::Ended),
            None => Err(error),
        }
    }
}

impl Interface {
    fn of(store: &mut Store<Host>, instance: Instance) -> wasmtime::Result<Self> {
        Ok(Self {
            stack_pointer: store.data().linkage.as_ref().expect("the instance is linked").stack_pointer,
            port: function(store, instance, "oliphaunt_wasix_get_proc_port")?,
            process_startup_packet: function(store, instance, "ProcessStartupPacket")?,
            send_connection_data: function(store, instance, "oliphaunt_wasix_send_conn_data")?,
            flush: function(store, instance, "oliphaunt_wasix_pq_flush")?,
            main_loop_once: function(store, instance, "PostgresMainLoopOnce")?,
            send_ready_if_needed: function(store, instance, "PostgresSendReadyForQueryIfNecessary")?,
            recover: function(store, instance, "PostgresMainLongJmp")?,
            signal: function(store, instance, "__wasm_signal")?,
        })
    }
}

async fn start(store: &mut Store<Host>, instance: Instance) -> wasmtime::Result<()> {
    // This host unwinds nested exceptions, so that only errors at top level leave the guest.
    call(store, instance, "oliphaunt_wasix_set_force_host_error_recovery", 0).await?;
    call(store, instance, "oliphaunt_wasix_set_active", 1).await?;
    match run(store, instance).await? {
        ALIVE => {}
        code => return Err(wasmtime::Error::new(Exit(code))),
    }
    function::<(), ()>(store, instance, "oliphaunt_wasix_start")?.call_async(&mut *store, ()).await?;
    call(store, instance, "oliphaunt_wasix_set_protocol_transport", STREAM).await
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
    let (mut store, instance) = instantiate(artefacts, tree, Wire::script(input), arguments).await?;
    match run(&mut store, instance).await {
        Ok(0) => Ok(store.into_data().tree),
        Ok(code) => Err(failure(&store, wasmtime::Error::new(Exit(code)))),
        Err(error) => Err(failure(&store, error)),
    }
}

async fn instantiate(
    artefacts: Arc<Artefacts>,
    tree: Tree,
    wire: Wire,
    arguments: Vec<String>,
) -> Result<(Store<Host>, Instance), Error> {
    let engine = artefacts.engine.clone();
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
    let host = Host {
        arguments,
        environment: environment.map(str::to_owned).to_vec(),
        tree,
        descriptors: Descriptors::new(),
        directory: String::new(),
        wire: Arc::new(wire),
        log: Log::default(),
        started: Instant::now(),
        signal_handler: None,
        artefacts,
        library: Arc::default(),
        linkage: None,
    };
    let mut store = Store::new(&engine, host);
    match link::instantiate(&mut store).await {
        Ok(instance) => Ok((store, instance)),
        Err(error) => Err(failure(&store, error)),
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
