//! What PostgreSQL tells of its objects, by its hook for that: a role that a session has taken is not dropped, and what
//! settings sessions begin with is read anew where it was changed.

use wasmtime::{Caller, Func, Result, Store, WasmParams, WasmResults, format_err};

use super::Backend;
use crate::embedded::driver::{LOGIN_SETTINGS, ROLES};
use crate::embedded::host::Host;
use crate::embedded::link;
use crate::embedded::wasi::Guest;

/// The variable that says what PostgreSQL calls.
const HOOK: &str = "object_access_hook";

/// What may happen to an object (`ObjectAccessType`).
const DROPPED: i32 = 1;
const CHANGED: i32 = 2;

/// The level of an error that ends its statement.
const ERROR: i32 = 21;
/// SQLSTATE 55006 (object in use), six bits for each character.
const IN_USE: i32 = 5 | 5 << 6 | 6 << 24;

impl Backend {
    /// Lets PostgreSQL tell what happens to objects. A snapshot knows nothing of it, so that this is for who serves.
    pub(super) async fn watch_objects(&mut self) -> Result<()> {
        let main = self.store.data().linkage.as_ref().and_then(|linkage| linkage.main);
        let main = main.ok_or_else(|| format_err!("the engine is not linked"))?;
        let hook = link::address(&mut self.store, main, HOOK);
        let (Some(hook), Some(access)) = (hook, self.interface.access) else {
            return Err(format_err!("the engine does not tell of its objects"));
        };
        let slot = link::host_slot(&mut self.store, access).await?;
        let put = Guest::new(&mut self.store).write_u32(hook, slot);
        put.map_err(|errno| format_err!("PostgreSQL's variables are out of its memory: {errno:?}"))
    }
}

/// What hears of objects.
pub(super) fn import(store: &mut Store<Host>) -> Func {
    Func::wrap_async(store, |mut caller, (happens, class, object): (i32, i32, i32)| {
        Box::new(async move {
            match (happens, class) {
                (DROPPED, ROLES) => {
                    if let Some((session, name)) = caller.data().board.who_has_role(object as u32) {
                        let message =
                            format!("role \"{name}\" cannot be dropped, for session {session} has taken it");
                        let hint = "RESET ROLE and RESET SESSION AUTHORIZATION give it back, and so does the end of that session.";
                        return raise(&mut caller, IN_USE, &message, hint).await;
                    }
                }
                (CHANGED, LOGIN_SETTINGS) => caller.data_mut().login_changed = true,
                _ => {}
            }
            Ok(())
        })
    })
}

/// Lets PostgreSQL raise an error where it stands; what this gives is to be given on.
async fn raise(caller: &mut Caller<'_, Host>, code: i32, message: &str, hint: &str) -> Result<()> {
    if call::<(i32, i32), i32>(caller, "errstart", (ERROR, 0)).await? != 0 {
        call::<i32, i32>(caller, "errcode", code).await?;
        for (name, text) in [("errmsg_internal", message), ("errhint", hint)] {
            // A format, of which nothing is left open.
            let text = [text.replace('%', "%%").as_bytes(), b"\0"].concat();
            let at: i32 = call(caller, "palloc", text.len() as i32).await?;
            let put = Guest::new(caller).write(at as u32, &text);
            put.map_err(|errno| format_err!("an error's text is out of memory: {errno:?}"))?;
            call::<(i32, i32), i32>(caller, name, (at, 0)).await?;
        }
    }
    call::<(i32, i32, i32), ()>(caller, "errfinish", (0, 0, 0)).await
}

async fn call<P, R>(caller: &mut Caller<'_, Host>, name: &str, parameters: P) -> Result<R>
where
    P: WasmParams + Sync,
    R: WasmResults + Sync,
{
    link::main_function::<P, R>(caller, name)?.call_async(&mut *caller, parameters).await
}
