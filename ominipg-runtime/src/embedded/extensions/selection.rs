use super::catalog::{self, Extension, Setup};
use super::compiled;
use super::library::Library;
use crate::embedded::artefacts::{self, Artefacts};
use crate::error::{Error, ErrorKind};
use crate::sql;

/// The extensions that a database is opened with; what one requires comes before it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection(Vec<&'static Extension>);

impl Selection {
    /// Looks up extensions by their names, and adds what they require.
    ///
    /// # Errors
    ///
    /// Names what there is, or the cargo feature that is off.
    pub(crate) fn named(names: &[impl AsRef<str>]) -> Result<Self, Error> {
        let mut selection = Self::default();
        for name in names {
            selection.add(name.as_ref())?;
        }
        Ok(selection)
    }

    fn add(&mut self, name: &str) -> Result<(), Error> {
        if self.0.iter().any(|extension| extension.name == name) {
            return Ok(());
        }
        let extension = catalog::named(name).ok_or_else(|| unknown(name))?;
        built_in(extension)?;
        for required in extension.requires {
            self.add(required)?;
        }
        self.0.push(extension);
        Ok(())
    }

    pub(in crate::embedded) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The SQL that puts them to use, in a new session of a new or an older database.
    pub(crate) fn statements(&self) -> Vec<String> {
        let mut statements = Vec::new();
        for extension in &self.0 {
            if matches!(extension.setup, Setup::Load | Setup::LoadAndCreate) {
                statements.extend(extension.modules.iter().map(|module| format!("LOAD '{module}'")));
            }
            if extension.setup != Setup::Load {
                statements.push(sql::create_extension(extension.name));
            }
        }
        statements
    }

    /// The modules that must be loaded while PostgreSQL starts.
    pub(in crate::embedded) fn preloaded(&self) -> Vec<&'static str> {
        let preloaded = self.0.iter().filter(|extension| extension.setup == Setup::PreloadAndCreate);
        preloaded.flat_map(|extension| extension.modules).copied().collect()
    }

    /// Compiles what is not compiled yet.
    pub(in crate::embedded) fn library(&self, artefacts: &Artefacts) -> Result<Library, Error> {
        let compiled = self.0.iter().filter_map(|extension| {
            let (archive, digest) = extension.archive()?;
            Some(compiled::of(extension.name, archive, digest, &artefacts.engine))
        });
        Ok(Library::new(compiled.collect::<Result<_, _>>()?))
    }
}

/// Compiles extensions and puts them into the cache, where they are not there yet.
///
/// The first `connect` that asks for an extension does the same; this does it ahead, at build or install time. It prepares
/// the engine too.
///
/// # Errors
///
/// When there is no extension of a name, its cargo feature is off, or it cannot be compiled.
pub fn prepare_extensions<S: AsRef<str>>(names: &[S]) -> Result<(), Error> {
    Selection::named(names)?.library(&*artefacts::shared()?).map(drop)
}

fn unknown(name: &str) -> Error {
    let names: Vec<_> = catalog::all().map(|extension| extension.name).collect();
    let message = format!("an embedded database has no extension \"{name}\"; there are {}", names.join(", "));
    Error::new(ErrorKind::Options, message)
}

fn built_in(extension: &Extension) -> Result<(), Error> {
    if !extension.is_off() {
        return Ok(());
    }
    let message = format!(
        "this program was built without the extension \"{}\": switch on the cargo feature `{}` of `ominipg`",
        extension.name, extension.feature
    );
    Err(Error::new(ErrorKind::Options, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_that_is_not_built_in_names_its_feature() {
        let off = Extension {
            name: "far_away",
            feature: "extension-far-away",
            modules: &["far_away"],
            requires: &[],
            setup: Setup::Create,
            source: catalog::Source::Crate(None),
        };
        let error = built_in(&off).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Options);
        let message = error.to_string();
        assert!(message.contains("\"far_away\"") && message.contains("`extension-far-away`"), "{message}");
    }

    #[cfg(not(feature = "extension-vector"))]
    #[test]
    fn vector_is_known_without_its_feature() {
        let message = Selection::named(&["vector"]).unwrap_err().to_string();
        assert!(message.contains("`extension-vector`"), "{message}");
    }

    #[cfg(all(feature = "extension-earthdistance", feature = "extension-pg-ivm"))]
    #[test]
    fn what_is_required_comes_first() {
        let selection = Selection::named(&["pg_ivm", "earthdistance", "cube", "auto_explain"]).unwrap();
        let expected = [
            "LOAD 'pg_ivm'",
            "CREATE EXTENSION IF NOT EXISTS \"pg_ivm\" CASCADE",
            "CREATE EXTENSION IF NOT EXISTS \"cube\" CASCADE",
            "CREATE EXTENSION IF NOT EXISTS \"earthdistance\" CASCADE",
            "LOAD 'auto_explain'",
        ];
        assert_eq!(selection.statements(), expected);
    }
}
