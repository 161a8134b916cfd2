//! Something between client and server that takes its time, or cuts connections off.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Half of what a way to the server and back takes through [`delayed`].
pub(crate) const DELAY: Duration = Duration::from_millis(40);

/// What stands between.
#[derive(Clone, Default)]
pub(crate) struct Proxy {
    delay: Duration,
    cut: Arc<AtomicBool>,
    connections: Arc<AtomicUsize>,
}

impl Proxy {
    /// Every byte takes [`DELAY`] in each direction.
    pub(crate) fn delayed() -> Self {
        Self { delay: DELAY, ..Self::default() }
    }

    /// Cuts the connection off over which the next byte comes from a client.
    pub(crate) fn cut_next(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }

    /// How many connections were made so far.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The url of the same server behind this.
    pub(crate) async fn before(&self, url: &str) -> String {
        let server = url.split('@').nth(1).unwrap().split('/').next().unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = url.replace(&server, &listener.local_addr().unwrap().to_string());
        let proxy = self.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                proxy.connections.fetch_add(1, Ordering::SeqCst);
                let server = TcpStream::connect(&server).await.unwrap();
                client.set_nodelay(true).unwrap();
                server.set_nodelay(true).unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                let out = tokio::spawn(proxy.clone().carry(from_client, to_server, true));
                let back = tokio::spawn(proxy.clone().carry(from_server, to_client, false));
                tokio::spawn(async move {
                    let _ = out.await;
                    back.abort();
                });
            }
        });
        url
    }

    async fn carry(
        self,
        mut from: impl AsyncReadExt + Unpin + Send + 'static,
        mut to: impl AsyncWriteExt + Unpin + Send + 'static,
        may_cut: bool,
    ) {
        let (send, mut receive) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
        let reading = async move {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(read @ 1..) = from.read(&mut buffer).await {
                if may_cut && self.cut.swap(false, Ordering::SeqCst) {
                    return;
                }
                let _ = send.send((Instant::now() + self.delay, buffer[..read].to_vec()));
            }
        };
        let writing = async move {
            while let Some((due, bytes)) = receive.recv().await {
                tokio::time::sleep_until(due).await;
                if to.write_all(&bytes).await.is_err() {
                    return;
                }
            }
        };
        tokio::join!(reading, writing);
    }
}
