use std::sync::Arc;

use wasmtime::{Engine, Module, Result, bail};

use super::catalog;
use super::compiled::Compiled;
use crate::embedded::host::Host;
use crate::embedded::module::Placement;

/// The extensions that one database has, compiled.
#[derive(Default)]
pub(in crate::embedded) struct Library(Vec<Arc<Compiled>>);

impl Library {
    pub(super) fn new(extensions: Vec<Arc<Compiled>>) -> Self {
        Self(extensions)
    }

    /// Gives the extensions to an engine: it sees their files at once and loads their modules when it asks for them.
    ///
    /// Those that must be preloaded are given before PostgreSQL starts, all others at any time.
    pub(in crate::embedded) fn install(self, host: &mut Host) {
        for extension in &self.0 {
            host.tree.add_files(extension.files());
        }
        host.library = Arc::new(self);
    }

    /// The module of a name; it is mapped at first use.
    ///
    /// # Errors
    ///
    /// Says how the database gets it, where there is one that it does not have.
    pub(in crate::embedded) fn module(&self, engine: &Engine, name: &str) -> Result<(Module, Placement)> {
        for extension in &self.0 {
            if let Some(module) = extension.module(engine, name) {
                return module;
            }
        }
        let Some(owner) = catalog::owner(name) else { bail!("the embedded engine has no module \"{name}\"") };
        let missing = format!("the database was opened without the extension \"{}\"", owner.name);
        let option = format!("ConnectOptions::extensions([\"{}\"])", owner.name);
        if owner.is_off() {
            bail!("{missing}: switch on the cargo feature {} and add {option}", owner.feature);
        }
        bail!("{missing}: add {option}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_module_names_the_way_to_it() {
        let message = |name| Library::default().module(&Engine::default(), name).unwrap_err().to_string();
        let vector = message("vector");
        assert!(vector.contains("ConnectOptions::extensions([\"vector\"])"), "{vector}");
        assert_eq!(vector.contains("extension-vector"), cfg!(not(feature = "extension-vector")), "{vector}");
        assert!(message("_int").contains("[\"intarray\"]"));
        assert!(message("nothing").contains("no module \"nothing\""));
    }
}
