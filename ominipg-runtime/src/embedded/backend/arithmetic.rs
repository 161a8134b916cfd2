//! Integers that cannot be divided, in a module of an extension: processors raise a signal for them, which PostgreSQL reports
//! as an error of the statement. Here they stop the guest where it is. PostgreSQL's own divisions are checked before; see
//! `module`.

use wasmtime::Trap;

use super::Backend;
use crate::embedded::variables::GIVES_UP_PORTALS;
use crate::embedded::wasi::Guest;

/// The subtransaction of a transaction that has no others.
const TOP: i32 = 1;

/// SIGFPE, for which PostgreSQL has a handler that reports an error.
const ARITHMETIC: i32 = 8;

/// What became of the portals that an error met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Portals {
    /// PostgreSQL's own handlers ended them on the error's way.
    Ended,
    /// They still seem to run, for no handler was met.
    Run,
}

/// Whether the guest was stopped by integers that cannot be divided.
pub(super) fn is_arithmetic(error: &wasmtime::Error) -> bool {
    matches!(error.downcast_ref(), Some(Trap::IntegerOverflow | Trap::IntegerDivisionByZero))
}

impl Backend {
    /// Lets PostgreSQL report the error, on the stack where it was stopped, to `handler`, the one of its top level: what was
    /// called from there is gone. Gives what the guest leaves with then.
    ///
    /// Below a subtransaction the error stays what it was: whoever began it, a block with EXCEPTION most likely, is gone
    /// without having ended it, and PostgreSQL's top level does not.
    pub(super) async fn raise_arithmetic(&mut self, handler: u32, trap: wasmtime::Error) -> wasmtime::Error {
        match self.interface.subtransaction.call_async(&mut self.store, ()).await {
            Ok(TOP) => {}
            _ => return trap,
        }
        let put = Guest::new(&mut self.store).write_u32(self.exception_stack, handler);
        match put {
            Err(_) => trap,
            Ok(()) => match self.interface.signal.call_async(&mut self.store, ARITHMETIC).await {
                Err(error) => error,
                Ok(()) => trap,
            },
        }
    }

    /// Lets PostgreSQL recover from an ERROR that reached its top level. Portals that seem to run are given up: their
    /// executors must not be ended as if they could go on.
    pub(super) async fn recover(&mut self, portals: Portals) -> wasmtime::Result<()> {
        let gives_up = portals == Portals::Run;
        if gives_up {
            self.give_up_portals(true)?;
        }
        let recovered = self.interface.recover.call_async(&mut self.store, ()).await;
        if gives_up {
            self.give_up_portals(false)?;
        }
        recovered
    }

    fn give_up_portals(&mut self, gives_up: bool) -> wasmtime::Result<()> {
        Guest::new(&mut self.store)
            .write(GIVES_UP_PORTALS, &[gives_up.into()])
            .map_err(|errno| wasmtime::format_err!("PostgreSQL's variables are out of its memory: {errno:?}"))
    }
}
