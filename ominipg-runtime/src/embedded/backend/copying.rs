//! A copy of the cluster's files between two turns, with no transaction open.

use std::io;
use std::time::Instant;

use super::{Backend, Left};
use crate::embedded::backup::{self, CopyRequest};
use crate::embedded::frames;
use crate::embedded::link;
use crate::embedded::wasi::Guest;
use crate::error::{Error, ErrorKind};

/// Room on PostgreSQL's stack for the three numbers that it answers with.
const ROOM: u32 = 16;

/// The schemas of temporary tables, before those of what these store apart.
const TEMPORARY: &str = "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname ~ '^pg_(toast_)?temp_' ORDER BY nspname COLLATE \"C\"";

impl Backend {
    /// Copies the files for who asked; what hinders only the copy is told there.
    pub(super) async fn copy_files(&mut self, request: CopyRequest) -> wasmtime::Result<()> {
        if request.is_abandoned() {
            return Ok(());
        }
        let since = Instant::now();
        // Its role may not be allowed to checkpoint.
        self.set_aside().await?;
        let refused = match self.write_buffers().await? {
            None => frames::refusal(&self.ask("CHECKPOINT").await?).map(|refusal| refusal.to_string()),
            Some(refused) => Some(refused),
        };
        request.finish(since, |aside| match refused {
            Some(why) => Err(refusal(&why)),
            None => {
                let copied = self.store.data().tree.copy(aside, backup::is_kept);
                copied.map_err(|error| refusal(&not_copied(&error)))
            }
        });
        Ok(())
    }

    /// Drops the temporary tables that the sessions had from which a copy was taken: their files were left out.
    pub(in crate::embedded) async fn drop_temporary(&mut self) -> Result<(), Error> {
        let failed = |error: wasmtime::Error| {
            Error::new(ErrorKind::Engine, format!("the restored database cannot be put in order: {error}"))
        };
        for row in self.query(TEMPORARY).await.map_err(failed)? {
            let Some(Some(schema)) = row.into_iter().next() else { continue };
            self.query(&format!("DROP SCHEMA {schema} CASCADE")).await.map_err(failed)?;
        }
        Ok(())
    }

    /// Writes what PostgreSQL holds in its buffers to the files. A checkpoint leaves out the tables that are not logged.
    async fn write_buffers(&mut self) -> wasmtime::Result<Option<String>> {
        let main = self.store.data().linkage.as_ref().and_then(|linkage| linkage.main);
        let main = main.ok_or_else(|| wasmtime::format_err!("the engine is not linked"))?;
        let mut address = |name| {
            let address = link::address(&mut self.store, main, name);
            address.ok_or_else(|| wasmtime::format_err!("the engine has no {name}"))
        };
        let (owner, of_transaction) =
            (address("CurrentResourceOwner")?, address("TopTransactionResourceOwner")?);
        let broken = |errno| wasmtime::format_err!("PostgreSQL's variables are out of its memory: {errno:?}");
        // The buffers in use are accounted to a transaction.
        if let Some(refusal) = frames::refusal(&self.ask("BEGIN").await?) {
            return Ok(Some(refusal.to_string()));
        }
        let kept = {
            let mut guest = Guest::new(&mut self.store);
            let kept = guest.read_u32(owner).map_err(broken)?;
            let accountant = guest.read_u32(of_transaction).map_err(broken)?;
            guest.write_u32(owner, accountant).map_err(broken)?;
            kept
        };
        let stack = self.interface.stack_pointer.get(&mut self.store);
        let room = stack.i32().unwrap_or_default() as u32 - ROOM;
        self.interface.stack_pointer.set(&mut self.store, (room as i32).into())?;
        let left = self.call(|interface| &interface.evict_buffers, (room, room + 4, room + 8)).await;
        self.interface.stack_pointer.set(&mut self.store, stack)?;
        let refused = match left? {
            Left::Returned => {
                let mut guest = Guest::new(&mut self.store);
                guest.write_u32(owner, kept).map_err(broken)?;
                let skipped = guest.read_u32(room + 8).map_err(broken)?;
                (skipped != 0).then(|| format!("PostgreSQL holds on to {skipped} buffers between two turns"))
            }
            Left::Recovered => Some("PostgreSQL could not write its buffers to the files".to_owned()),
            _ => return Err(wasmtime::format_err!("PostgreSQL ended while it wrote its buffers")),
        };
        self.ask("ROLLBACK").await?;
        Ok(refused)
    }
}

fn refusal(why: &str) -> Error {
    Error::new(ErrorKind::Engine, format!("the database cannot be copied: {why}"))
}

fn not_copied(error: &io::Error) -> String {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; a dump needs as much free space beside the database as the database takes"
        }
        _ => "",
    };
    format!("{error}{hint}")
}
