//! The table of all extensions that an embedded database can have.

/// An extension.
#[derive(Debug)]
pub(super) struct Extension {
    /// Its name for `CREATE EXTENSION`.
    pub(super) name: &'static str,
    /// The cargo feature that builds it in.
    pub(super) feature: &'static str,
    /// Its modules, by the names of their files without the ending; each needs those before it.
    pub(super) modules: &'static [&'static str],
    /// The names of those that must be there before it.
    pub(super) requires: &'static [&'static str],
    pub(super) setup: Setup,
    pub(super) source: Source,
}

/// What puts an extension to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setup {
    /// `CREATE EXTENSION`.
    Create,
    /// The same, after its module is loaded: its hooks must see what happens before one of its functions is called.
    LoadAndCreate,
    /// The same, but its module must be loaded while PostgreSQL starts.
    PreloadAndCreate,
    /// Its module is loaded; there is nothing to create.
    Load,
}

/// Where an extension comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// Every database has it.
    BuiltIn,
    /// From a crate, if its cargo feature is on.
    Crate(Option<Archive>),
}

/// What a crate gives for the name of an extension: a compressed tar archive of `share/` and `lib/`, and its SHA-256 in
/// hexadecimal.
type Archive = (fn(&str) -> Option<&'static [u8]>, fn(&str) -> Option<&'static str>);

impl Extension {
    /// Whether this program was built without it.
    pub(super) fn is_off(&self) -> bool {
        matches!(self.source, Source::Crate(None))
    }

    /// The archive and its digest, where one is built in.
    pub(super) fn archive(&self) -> Option<(&'static [u8], &'static str)> {
        let Source::Crate(Some((archive, digest))) = self.source else { return None };
        Some(archive(self.name).zip(digest(self.name)).expect("the table names what the crates carry"))
    }
}

/// An extension with a module of its own name and no requirements.
macro_rules! carried {
    ($package:ident, $feature:literal, $name:literal) => {
        Extension {
            name: $name,
            feature: $feature,
            modules: &[$name],
            requires: &[],
            setup: Setup::Create,
            #[cfg(feature = $feature)]
            source: Source::Crate(Some(($package::archive, $package::archive_sha256))),
            #[cfg(not(feature = $feature))]
            source: Source::Crate(None),
        }
    };
}

/// The same, from PostgreSQL's own distribution.
macro_rules! contrib {
    ($feature:literal, $name:literal) => {
        carried!(oliphaunt_extension_contrib_pg18_wasix, $feature, $name)
    };
}

/// In the order of their names.
static EXTENSIONS: &[Extension] = &[
    contrib!("extension-amcheck", "amcheck"),
    Extension { setup: Setup::Load, ..contrib!("extension-auto-explain", "auto_explain") },
    contrib!("extension-bloom", "bloom"),
    contrib!("extension-btree-gin", "btree_gin"),
    contrib!("extension-btree-gist", "btree_gist"),
    contrib!("extension-citext", "citext"),
    contrib!("extension-cube", "cube"),
    contrib!("extension-dict-int", "dict_int"),
    contrib!("extension-dict-xsyn", "dict_xsyn"),
    Extension { requires: &["cube"], ..contrib!("extension-earthdistance", "earthdistance") },
    contrib!("extension-file-fdw", "file_fdw"),
    contrib!("extension-fuzzystrmatch", "fuzzystrmatch"),
    contrib!("extension-hstore", "hstore"),
    Extension { modules: &["_int"], ..contrib!("extension-intarray", "intarray") },
    contrib!("extension-isn", "isn"),
    contrib!("extension-lo", "lo"),
    contrib!("extension-ltree", "ltree"),
    contrib!("extension-pageinspect", "pageinspect"),
    contrib!("extension-pg-buffercache", "pg_buffercache"),
    contrib!("extension-pg-freespacemap", "pg_freespacemap"),
    carried!(oliphaunt_extension_pg_hashids_wasix, "extension-pg-hashids", "pg_hashids"),
    Extension {
        setup: Setup::LoadAndCreate,
        ..carried!(oliphaunt_extension_pg_ivm_wasix, "extension-pg-ivm", "pg_ivm")
    },
    contrib!("extension-pg-surgery", "pg_surgery"),
    Extension {
        setup: Setup::PreloadAndCreate,
        ..carried!(oliphaunt_extension_pg_textsearch_wasix, "extension-pg-textsearch", "pg_textsearch")
    },
    contrib!("extension-pg-trgm", "pg_trgm"),
    carried!(oliphaunt_extension_pg_uuidv7_wasix, "extension-pg-uuidv7", "pg_uuidv7"),
    contrib!("extension-pg-visibility", "pg_visibility"),
    contrib!("extension-pg-walinspect", "pg_walinspect"),
    contrib!("extension-pgcrypto", "pgcrypto"),
    Extension {
        modules: &[],
        requires: &["plpgsql"],
        ..carried!(oliphaunt_extension_pgtap_wasix, "extension-pgtap", "pgtap")
    },
    Extension {
        name: "plpgsql",
        feature: "embedded",
        modules: &[],
        requires: &[],
        setup: Setup::Create,
        source: Source::BuiltIn,
    },
    Extension {
        modules: &["liboliphaunt_postgis_deps", "postgis-3"],
        ..carried!(oliphaunt_extension_postgis_wasix, "extension-postgis", "postgis")
    },
    contrib!("extension-seg", "seg"),
    contrib!("extension-tablefunc", "tablefunc"),
    contrib!("extension-tcn", "tcn"),
    contrib!("extension-tsm-system-rows", "tsm_system_rows"),
    contrib!("extension-tsm-system-time", "tsm_system_time"),
    contrib!("extension-unaccent", "unaccent"),
    contrib!("extension-uuid-ossp", "uuid-ossp"),
    carried!(oliphaunt_extension_vector_wasix, "extension-vector", "vector"),
];

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Extension> {
    EXTENSIONS.iter()
}

/// The extension of a name.
pub(super) fn named(name: &str) -> Option<&'static Extension> {
    all().find(|extension| extension.name == name)
}

/// The extension that a module belongs to.
pub(super) fn owner(module: &str) -> Option<&'static Extension> {
    all().find(|extension| extension.modules.contains(&module))
}

/// The modules that must be loaded before one.
pub(in crate::embedded) fn needed_by(module: &str) -> &'static [&'static str] {
    let modules = owner(module).map_or(&[][..], |extension| extension.modules);
    let at = modules.iter().position(|name| *name == module).unwrap_or(0);
    &modules[..at]
}

/// The names of all modules, built in or not: their files are seen in every database, so that the loader is asked for a
/// module that is not there, and can say what is missing.
pub(in crate::embedded) fn module_names() -> impl Iterator<Item = &'static str> {
    all().flat_map(|extension| extension.modules).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded::files::image::Image;

    #[test]
    fn tells_what_the_archives_hold() {
        for extension in all() {
            let Some((archive, _)) = extension.archive() else { continue };
            let archive = Image::from_tar_zst(archive).expect("it is an archive");
            let paths = archive.entries().iter().map(|entry| entry.path.as_str());
            let modules: Vec<_> =
                paths.filter_map(|path| path.strip_suffix(".so")?.rsplit('/').next()).collect();
            assert_eq!(modules, extension.modules, "{}", extension.name);

            let control = archive.file(&format!("share/postgresql/extension/{}.control", extension.name));
            assert_eq!(control.is_none(), extension.setup == Setup::Load, "{}", extension.name);
            let control = std::str::from_utf8(control.unwrap_or_default()).expect("it is text");
            let requires =
                control.lines().find_map(|line| line.trim().strip_prefix("requires")).unwrap_or_default();
            let requires = requires.split(|c: char| "=', ".contains(c)).filter(|name| !name.is_empty());
            assert_eq!(requires.collect::<Vec<_>>(), extension.requires, "{}", extension.name);
        }
    }

    #[test]
    fn is_in_order_and_names_what_it_requires() {
        let names: Vec<_> = all().map(|extension| extension.name).collect();
        assert!(names.is_sorted());
        for extension in all() {
            assert!(
                extension.requires.iter().all(|required| named(required).is_some()),
                "{}",
                extension.name
            );
            let feature = format!("extension-{}", extension.name.replace('_', "-"));
            assert!(extension.feature == feature || matches!(extension.source, Source::BuiltIn));
        }
    }
}
