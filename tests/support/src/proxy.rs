//! A proxy between a client and a server, that breaks what it is told to break.
//!
//! All it does to bytes it decides under one lock: once [`Proxy::cut`] or [`Proxy::black_hole`] has returned, not one more
//! byte passes on the connections that were there.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// In which direction bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

/// What breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The connections end, on both sides.
    Cut,
    /// One direction ends as a stream does whose writer has closed it; the other stays.
    HalfClose,
    /// Nothing passes any more, and nobody is told. New connections are taken, and get no answer.
    BlackHole,
}

type Told = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct State {
    /// Connections with a lower number are cut.
    cut_below: u64,
    next: u64,
    refuses: bool,
    black_hole: bool,
    delay: Duration,
    bytes: [u64; 2],
    /// When so many bytes have passed in a direction, this breaks.
    plan: Option<(Way, u64, Break)>,
    /// Who is told of the server's next bytes, which pass no more.
    on_answer: Option<Told>,
}

/// A proxy in front of a server, on a port of its own. Dropped, it takes its connections with it.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// Raised when something is cut, for those who wait for bytes.
    changed: watch::Sender<u64>,
}

/// What becomes of bytes that were read.
struct Verdict {
    /// So many go on.
    pass: usize,
    then: Option<Break>,
    told: Option<Told>,
}

impl Proxy {
    /// Begins to forward to a server.
    ///
    /// # Errors
    ///
    /// Where no port can be had.
    pub async fn start(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared { state: Mutex::default(), changed: watch::channel(0).0 });
        let accepting = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = Arc::clone(&accepting);
                let number = {
                    let mut state = shared.state();
                    if state.refuses {
                        continue;
                    }
                    state.next += 1;
                    state.next - 1
                };
                tokio::spawn(async move { connection(client, server, number, &shared).await });
            }
        });
        Ok(Self { port, shared })
    }

    /// A url of the server, by way of the proxy.
    pub fn url(&self, url: &str, server: SocketAddr) -> String {
        url.replacen(&server.to_string(), &format!("127.0.0.1:{}", self.port), 1)
    }

    /// Ends all connections.
    pub fn cut(&self) {
        self.shared.cut();
    }

    /// Whether new connections are closed at once.
    pub fn refuse(&self, refuses: bool) {
        self.shared.state().refuses = refuses;
    }

    /// Lets nothing pass from now on, and tells nobody.
    pub fn black_hole(&self) {
        self.shared.state().black_hole = true;
    }

    /// Lets bytes pass again, on new connections: those of the time before end, as they do when a network comes back.
    pub fn heal(&self) {
        {
            let mut state = self.shared.state();
            state.black_hole = false;
            state.refuses = false;
            state.plan = None;
            state.on_answer = None;
        }
        self.shared.cut();
    }

    /// Lets bytes pass again, on new connections; those of the time before stay as silent as they are.
    pub fn heal_for_others(&self) {
        let mut state = self.shared.state();
        state.black_hole = false;
        state.plan = None;
    }

    /// Keeps all bytes back for a while.
    pub fn delay(&self, delay: Duration) {
        self.shared.state().delay = delay;
    }

    /// Breaks when so many further bytes have passed: the next one does not.
    pub fn break_after(&self, way: Way, bytes: u64, what: Break) {
        self.shared.state().plan = Some((way, bytes, what));
    }

    /// Whether what was planned has not happened.
    pub fn is_planned(&self) -> bool {
        self.shared.state().plan.is_some()
    }

    /// Keeps the server's next bytes to itself, and tells `who`, before anybody can learn of them.
    pub fn on_answer(&self, who: impl FnOnce() + Send + 'static) {
        self.shared.state().on_answer = Some(Box::new(who));
    }

    /// How many bytes have passed.
    pub fn bytes(&self, way: Way) -> u64 {
        self.shared.state().bytes[way as usize]
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.refuse(true);
        self.cut();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cut(&self) {
        let mut state = self.state();
        state.cut_below = state.next;
        drop(state);
        self.changed.send_modify(|number| *number += 1);
    }

    fn is_cut(&self, connection: u64) -> bool {
        connection < self.state().cut_below
    }

    /// Decides what becomes of so many bytes of a connection.
    fn judge(&self, connection: u64, silent: &mut bool, way: Way, bytes: usize) -> Verdict {
        let mut state = self.state();
        if connection < state.cut_below {
            return Verdict { pass: 0, then: Some(Break::Cut), told: None };
        }
        // A connection that has lost bytes has no more to say.
        *silent |= state.black_hole;
        if *silent {
            return Verdict { pass: 0, then: None, told: None };
        }
        if way == Way::ToClient && state.on_answer.is_some() {
            return Verdict { pass: 0, then: None, told: state.on_answer.take() };
        }
        let verdict = match &mut state.plan {
            Some((planned, left, what)) if *planned == way => {
                if (bytes as u64) <= *left {
                    *left -= bytes as u64;
                    Verdict { pass: bytes, then: None, told: None }
                } else {
                    let verdict = Verdict { pass: *left as usize, then: Some(*what), told: None };
                    state.plan = None;
                    verdict
                }
            }
            _ => Verdict { pass: bytes, then: None, told: None },
        };
        state.bytes[way as usize] += verdict.pass as u64;
        match verdict.then {
            Some(Break::Cut) => state.cut_below = state.next,
            Some(Break::BlackHole) => state.black_hole = true,
            Some(Break::HalfClose) | None => (),
        }
        verdict
    }
}

/// Forwards both ways until one side or the proxy ends it.
async fn connection(client: TcpStream, server: SocketAddr, number: u64, shared: &Shared) {
    let mut changed = shared.changed.subscribe();
    let Ok(server) = TcpStream::connect(server).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let both = async {
        tokio::join!(
            pump(from_client, to_server, number, Way::ToServer, shared),
            pump(from_server, to_client, number, Way::ToClient, shared),
        )
    };
    let cut = async { while !shared.is_cut(number) && changed.changed().await.is_ok() {} };
    // Whichever comes first drops all four halves.
    tokio::select! {
        _ = both => (),
        () = cut => (),
    }
}

/// Forwards one way.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, number: u64, way: Way, shared: &Shared) {
    let mut buffer = vec![0; 64 * 1024];
    let mut silent = false;
    loop {
        let read = from.read(&mut buffer).await.unwrap_or(0);
        let delay = shared.state().delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if read == 0 && (silent || shared.state().black_hole) {
            // Nobody hears of the end either, until a cut.
            return std::future::pending().await;
        }
        if read == 0 {
            let _ = to.shutdown().await;
            return;
        }
        let Verdict { pass, then, told } = shared.judge(number, &mut silent, way, read);
        if let Some(told) = told {
            silent = true;
            told();
        }
        if pass > 0 && to.write_all(&buffer[..pass]).await.is_err() {
            return;
        }
        match then {
            Some(Break::Cut) => {
                shared.changed.send_modify(|number| *number += 1);
                return std::future::pending().await;
            }
            Some(Break::HalfClose) => {
                let _ = to.shutdown().await;
                // What comes is read on, and lost.
                silent = true;
            }
            Some(Break::BlackHole) | None => (),
        }
    }
}
