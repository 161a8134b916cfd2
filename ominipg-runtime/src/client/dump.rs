use std::time::Duration;

use tokio::io::AsyncWrite;

use super::{Mode, Ominipg};
use crate::error::{Error, ErrorKind};

/// What a dump wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dump {
    /// How many bytes went to the writer.
    pub bytes: u64,
    /// How many bytes the database's files have together.
    pub contents: u64,
    /// How many files the database has.
    pub files: u64,
    /// For how long the database was held while its files were copied; the rest went on beside its work.
    pub paused: Duration,
}

impl Ominipg {
    /// Writes a whole embedded database as one file, to be restored with
    /// [`ConnectOptions::restore_from`](super::ConnectOptions::restore_from), while it is in use.
    ///
    /// The dump is of one moment at which no transaction is open: it waits for that as long as calls wait
    /// ([`ConnectOptions::busy_timeout`](super::ConnectOptions::busy_timeout)), and holds the database while the files
    /// are copied. In memory that takes milliseconds, for the copy shares its contents with the database until they are
    /// changed. In a folder it takes as long as copying the files does, and as much free space beside them. Then the copy is
    /// compressed on a thread of its own, as fast as the writer takes it, and the database goes on.
    ///
    /// The file is a tar archive, compressed with zstd, that begins with a manifest and ends with the checksums of its
    /// files. Whoever can read it can read the database: it is not encrypted.
    ///
    /// Dropping the future ends the dump and leaves the database as it is.
    ///
    /// ```no_run
    /// # async fn dump(db: ominipg_runtime::Ominipg, file: impl tokio::io::AsyncWrite + Unpin + Send)
    /// # -> Result<(), ominipg_runtime::Error> {
    /// let dump = db.dump(file).await?;
    /// println!("{} bytes", dump.bytes);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Where the writer fails, a transaction stays open for too long, or there is no room for the copy; and where this
    /// handle is connected to a server.
    pub async fn dump(&self, writer: impl AsyncWrite + Unpin + Send) -> Result<Dump, Error> {
        if matches!(self.mode(), Mode::Direct | Mode::ServerWorker) {
            let message = "only an embedded database can be dumped, and this handle is connected to a PostgreSQL \
                           server: use pg_dump or pg_basebackup there";
            return Err(Error::new(ErrorKind::Options, message));
        }
        self.backend().copying()?.write(self.busy_timeout(), writer).await
    }
}
