//! A consistent copy of a database's files, and its way to a writer.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};

use super::writer;
use crate::client::Dump;
use crate::embedded::engine::Engine;
use crate::embedded::files::Tree;
use crate::embedded::folder::{Aside, Folder};
use crate::error::{Error, ErrorKind};

/// How many pieces wait for a writer that is slower than the compression.
const AHEAD: usize = 4;

/// Somebody waits for a copy of the files.
pub(in crate::embedded) struct CopyRequest {
    /// Where files of the host are copied to.
    aside: Option<Aside>,
    answer: oneshot::Sender<Result<Copied, Error>>,
}

/// A copy that is complete.
struct Copied {
    tree: Tree,
    paused: Duration,
    /// Removes the copied files in the end.
    aside: Option<Aside>,
}

impl CopyRequest {
    /// Whether nobody waits for it any more.
    pub(in crate::embedded) fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }

    /// Copies, and tells who waits; the turn was held since `since`.
    pub(in crate::embedded) fn finish(
        self,
        since: Instant,
        copy: impl FnOnce(Option<cap_std::fs::Dir>) -> Result<Tree, Error>,
    ) {
        let copied = self.aside.as_ref().map(Aside::dir).transpose().and_then(copy);
        let copied = copied.map(|tree| Copied { tree, paused: since.elapsed(), aside: self.aside });
        // Who waited may have given up: then the copy goes at once.
        drop(self.answer.send(copied));
    }
}

/// A copy to be made.
pub(crate) struct Copying {
    engine: Arc<Engine>,
    aside: Option<Aside>,
}

impl Copying {
    /// A copy of what `engine` works on, in `folder` where there is one.
    pub(in crate::embedded) fn new(engine: Arc<Engine>, folder: Option<&Folder>) -> Result<Self, Error> {
        Ok(Self { engine, aside: folder.map(Folder::aside).transpose()? })
    }

    /// Copies the files as soon as no transaction is open, for which it waits at most `wait`, and writes them.
    pub(crate) async fn write(self, wait: Duration, writer: impl AsyncWrite + Send) -> Result<Dump, Error> {
        let (answer, copied) = oneshot::channel();
        let engine = self.engine;
        engine.board.ask_copy(CopyRequest { aside: self.aside, answer });
        engine.run_elsewhere();
        let ended = |_| {
            let why = engine.failure().unwrap_or("the database was closed");
            Error::new(ErrorKind::Closed, format!("the database cannot be copied: {why}"))
        };
        let copied = match tokio::time::timeout(wait, copied).await {
            Ok(copied) => copied.map_err(ended)??,
            Err(_) => return Err(busy(wait)),
        };
        send(copied, writer).await
    }
}

fn busy(wait: Duration) -> Error {
    let message = format!(
        "the database could not be copied: a transaction was open, or statements ran, for the {wait:?} that the dump \
         waited. Commit or drop the transaction first; `ConnectOptions::busy_timeout` sets how long it waits"
    );
    Error::new(ErrorKind::Busy, message)
}

/// Compresses on a thread of its own, and writes here.
async fn send(copied: Copied, writer: impl AsyncWrite + Send) -> Result<Dump, Error> {
    let (pieces, mut received) = mpsc::channel::<Vec<u8>>(AHEAD);
    let (answer, written) = oneshot::channel();
    let Copied { mut tree, paused, aside } = copied;
    let work = move || {
        let result = writer::write(&mut tree, Pieces(pieces));
        drop((tree, aside));
        // Nobody hears it where the writer has failed or the dump was dropped.
        drop(answer.send(result));
    };
    std::thread::Builder::new()
        .name("ominipg-dump".to_owned())
        .spawn(work)
        .map_err(|error| Error::new(ErrorKind::Engine, format!("cannot start the dump's thread: {error}")))?;
    let mut writer = pin!(writer);
    let mut bytes = 0;
    let failed = |error| {
        Error::new(ErrorKind::Connection, format!("the dump's writer failed: {error}")).with_source(error)
    };
    while let Some(piece) = received.recv().await {
        writer.write_all(&piece).await.map_err(failed)?;
        bytes += piece.len() as u64;
    }
    writer.flush().await.map_err(failed)?;
    let gone = |_| Error::new(ErrorKind::Engine, "the dump's thread ended before its time");
    let written = written.await.map_err(gone)??;
    Ok(Dump { bytes, contents: written.contents, files: written.files, paused })
}

/// Where the compressed pieces go; it waits for their reader.
struct Pieces(mpsc::Sender<Vec<u8>>);

impl std::io::Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let sent = self.0.blocking_send(bytes.to_vec());
        sent.map_err(|_| std::io::Error::from(std::io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
