//! Making the first cluster: what `initdb` does, with PostgreSQL itself.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::Options;
use super::artefacts::Artefacts;
use super::backend::{Backend, Means, run_script};
use super::extensions::{self, Library};
use super::files::image::Image;
use super::files::memory::MemoryFiles;
use super::files::{DATA, FileType, Tree};
use super::settings::{self, PROGRAM};
use super::snapshot::Snapshot;
use crate::error::{Error, ErrorKind};

/// The folder that the engine's archive keeps everything in.
pub(super) const ARCHIVE_ROOT: &str = "oliphaunt/";

/// The size of one WAL file, in bytes: small, so that a fresh database is.
const WAL_SEGMENT: u32 = 1024 * 1024;

/// The number that PostgreSQL has for UTF8.
const UTF8: &str = "6";

/// The folders of a cluster.
const DIRECTORIES: &[&str] = &[
    "base",
    "base/1",
    "global",
    "pg_commit_ts",
    "pg_dynshmem",
    "pg_logical",
    "pg_logical/mappings",
    "pg_logical/snapshots",
    "pg_multixact",
    "pg_multixact/members",
    "pg_multixact/offsets",
    "pg_notify",
    "pg_replslot",
    "pg_serial",
    "pg_snapshots",
    "pg_stat",
    "pg_stat_tmp",
    "pg_subtrans",
    "pg_tblspc",
    "pg_twophase",
    "pg_wal",
    "pg_wal/archive_status",
    "pg_wal/summaries",
    "pg_xact",
];

/// Makes the image that databases start from: PostgreSQL's read-only files, and a cluster in `data`.
pub(super) fn make(artefacts: Arc<Artefacts>, archive: &Image) -> Result<Image, Error> {
    let source = Source::new(archive)?;
    let tree = empty_cluster(archive).map_err(internal)?;
    let tree = complete(run_script(
        Arc::clone(&artefacts),
        tree,
        bootstrap_arguments(),
        source.bootstrap.as_bytes(),
    ))
    .map_err(|error| error.context("bootstrapping the cluster failed"))?;
    let tree = complete(run_script(artefacts, tree, script_arguments(), source.script.as_bytes()))
        .map_err(|error| error.context("filling the cluster failed"))?;
    to_image(tree).map_err(internal)
}

/// Starts the engine that databases in memory are copies of: what it is, its memory, and its files.
pub(super) fn start(artefacts: Arc<Artefacts>) -> Result<(Snapshot, Vec<u8>, Image), Error> {
    let tree = Tree::new(artefacts.files.clone(), None);
    let arguments = settings::arguments(true, &Options::default(), &[]);
    let (snapshot, memory, files) = complete(async {
        let mut backend =
            Backend::start(artefacts, Library::default(), tree, arguments, Means::default()).await?;
        let mut started = 0;
        for statement in WARM_UP {
            let rows = backend.query(statement).await.map_err(internal)?;
            // The first tells the time of the start.
            if started == 0 {
                let value = rows.first().and_then(|row| row.first()?.as_ref()?.parse().ok());
                started = value.ok_or_else(|| internal("PostgreSQL does not tell when it started"))?;
            }
        }
        backend.keep(started)
    })?;
    let image = to_image(Tree::new(files, None)).map_err(internal)?;
    Ok((snapshot, memory, image))
}

/// What is asked of an engine before it is kept: its modules are loaded then, and what every database needs is cached.
const WARM_UP: &[&str] = &[
    // In microseconds since the year 2000, as PostgreSQL counts.
    "SELECT (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint - 946684800000000",
    "DO $$ BEGIN PERFORM 1; END $$",
    "SELECT to_tsvector('english', 'cats')",
    "SELECT count(*) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid JOIN pg_type ON atttypid = pg_type.oid",
    "CHECKPOINT",
];

/// Runs a future that never waits: a script's input is all there, and its output has room.
fn complete<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("a script never waits"),
    }
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Engine, format!("making the first cluster failed: {error}"))
}

fn bootstrap_arguments() -> Vec<String> {
    let segment = WAL_SEGMENT.to_string();
    [PROGRAM, "--boot", "-F", "-D", "/data", "-X", &segment, "-k", "-c", "io_method=sync"]
        .map(str::to_owned)
        .to_vec()
}

fn script_arguments() -> Vec<String> {
    let settings =
        ["search_path=pg_catalog", "exit_on_error=true", "log_checkpoints=false", "io_method=sync"];
    let mut arguments: Vec<String> =
        [PROGRAM, "--single", "-F", "-O", "-j", "-D", "/data"].map(str::to_owned).to_vec();
    for setting in settings {
        arguments.extend(["-c".to_owned(), setting.to_owned()]);
    }
    arguments.push("template1".to_owned());
    arguments
}

/// What is fed to PostgreSQL.
struct Source {
    bootstrap: String,
    script: String,
}

impl Source {
    fn new(archive: &Image) -> Result<Self, Error> {
        let shared = |name: &str| -> Result<&str, Error> {
            let bytes = archive.file(&format!("{ARCHIVE_ROOT}share/postgresql/{name}"));
            bytes
                .and_then(|bytes| std::str::from_utf8(bytes).ok())
                .ok_or_else(|| Error::new(ErrorKind::Engine, format!("the engine's archive has no {name}")))
        };
        // A template's tokens stand alone between blanks; the platform is wasm32.
        let tokens = [
            ("NAMEDATALEN", "64"),
            ("SIZEOF_POINTER", "4"),
            ("ALIGNOF_POINTER", "i"),
            ("FLOAT8PASSBYVAL", "f"),
            ("POSTGRES", "'postgres'"),
            ("ENCODING", UTF8),
            ("LOCALE_PROVIDER", "b"),
            // Anything but C in these two traps at bootstrap: the guest's C library has no locales.
            ("LC_COLLATE", "'C'"),
            ("LC_CTYPE", "'C'"),
            ("DATLOCALE", "'C.UTF-8'"),
            ("ICU_RULES", "_null_"),
        ];
        let bootstrap = shared("postgres.bki")?;
        let bootstrap = bootstrap
            .lines()
            .map(|line| {
                let words = line.split(' ').map(|word| {
                    tokens.iter().find(|(token, _)| *token == word).map_or(word, |(_, value)| value)
                });
                words.collect::<Vec<_>>().join(" ") + "\n"
            })
            .collect();

        let mut script = Script::default();
        script.statement("REVOKE ALL ON pg_authid FROM public");
        script.file(shared("system_constraints.sql")?);
        script.file(shared("system_functions.sql")?);
        script.statement("SELECT pg_stop_making_pinned_objects()");
        script.file(shared("system_views.sql")?);
        script.statement(OPERATOR_DESCRIPTIONS);
        // No collations are imported: the engine ships ICU without its data, and its C library has no locales.
        script.file(shared("snowball_create.sql")?);
        for statement in PRIVILEGES {
            script.statement(statement);
        }
        script.file(shared("information_schema.sql")?);
        script.statement(
            "UPDATE information_schema.sql_implementation_info SET character_value = \
             regexp_replace(current_setting('server_version'), '^(\\d+)\\.(\\d+).*$', '\\1.\\2.0') \
             WHERE implementation_info_name = 'DBMS VERSION'",
        );
        script.statement(
            "COPY information_schema.sql_features (feature_id, feature_name, sub_feature_id, sub_feature_name, \
             is_supported, comments) FROM '/share/postgresql/sql_features.txt'",
        );
        script.statement("CREATE EXTENSION plpgsql");
        script.statement("ANALYZE");
        script.statement("VACUUM FREEZE");
        for statement in DATABASES {
            script.statement(statement);
        }
        Ok(Self { bootstrap, script: script.0 })
    }
}

/// Statements for single-user mode with `-j`, where a semicolon and an empty line end one.
#[derive(Default)]
struct Script(String);

impl Script {
    fn statement(&mut self, statement: &str) {
        self.0.push_str(statement);
        self.0.push_str(";\n\n");
    }

    fn file(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push_str("\n\n");
    }
}

/// Functions that implement an operator, and have no description of their own, say so.
const OPERATOR_DESCRIPTIONS: &str = "\
    INSERT INTO pg_description (objoid, classoid, objsubid, description) \
    SELECT DISTINCT ON (o.oprcode) o.oprcode::oid, 'pg_proc'::regclass, 0, 'implementation of ' || o.oprname || ' operator' \
    FROM pg_operator o WHERE o.oprcode <> 0 \
    AND NOT EXISTS (SELECT FROM pg_description d WHERE d.objoid = o.oprcode AND d.classoid = 'pg_proc'::regclass AND d.objsubid = 0) \
    AND NOT EXISTS (SELECT FROM pg_description d WHERE d.objoid = o.oid AND d.classoid = 'pg_operator'::regclass \
    AND d.objsubid = 0 AND d.description LIKE 'deprecated%') \
    ORDER BY o.oprcode, o.oid";

/// Everybody may read the catalog; what stands now is recorded as the initial privileges, which dumps leave out.
const PRIVILEGES: &[&str] = &[
    "UPDATE pg_class SET relacl = acldefault(CASE relkind WHEN 'S' THEN 's'::\"char\" ELSE 'r'::\"char\" END, 10) || \
     makeaclitem(0, 10, 'SELECT', false) WHERE relkind IN ('r', 'v', 'm', 'S') AND relacl IS NULL",
    "GRANT USAGE ON SCHEMA pg_catalog, public TO PUBLIC",
    "REVOKE ALL ON pg_largeobject FROM PUBLIC",
    "INSERT INTO pg_init_privs (objoid, classoid, objsubid, initprivs, privtype) \
     SELECT oid, 'pg_class'::regclass, 0, relacl, 'i'::\"char\" FROM pg_class WHERE relacl IS NOT NULL AND relkind IN ('r', 'v', 'm', 'S') \
     UNION ALL SELECT c.oid, 'pg_class'::regclass, a.attnum, a.attacl, 'i' FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
     WHERE a.attacl IS NOT NULL AND c.relkind IN ('r', 'v', 'm', 'S') \
     UNION ALL SELECT oid, 'pg_proc'::regclass, 0, proacl, 'i' FROM pg_proc WHERE proacl IS NOT NULL \
     UNION ALL SELECT oid, 'pg_type'::regclass, 0, typacl, 'i' FROM pg_type WHERE typacl IS NOT NULL \
     UNION ALL SELECT oid, 'pg_language'::regclass, 0, lanacl, 'i' FROM pg_language WHERE lanacl IS NOT NULL \
     UNION ALL SELECT oid, 'pg_largeobject_metadata'::regclass, 0, lomacl, 'i' FROM pg_largeobject_metadata WHERE lomacl IS NOT NULL \
     UNION ALL SELECT oid, 'pg_namespace'::regclass, 0, nspacl, 'i' FROM pg_namespace WHERE nspacl IS NOT NULL \
     UNION ALL SELECT oid, 'pg_foreign_data_wrapper'::regclass, 0, fdwacl, 'i' FROM pg_foreign_data_wrapper WHERE fdwacl IS NOT NULL \
     UNION ALL SELECT oid, 'pg_foreign_server'::regclass, 0, srvacl, 'i' FROM pg_foreign_server WHERE srvacl IS NOT NULL",
];

const DATABASES: &[&str] = &[
    "CREATE DATABASE template0 IS_TEMPLATE = true ALLOW_CONNECTIONS = false OID = 4 STRATEGY = file_copy",
    "UPDATE pg_database SET datcollversion = NULL WHERE datname = 'template0'",
    "REVOKE CREATE, TEMPORARY ON DATABASE template1, template0 FROM public",
    "COMMENT ON DATABASE template0 IS 'unmodifiable empty database'",
    "CREATE DATABASE postgres OID = 5 STRATEGY = file_copy",
    "COMMENT ON DATABASE postgres IS 'default administrative connection database'",
    "VACUUM pg_database",
];

/// The archive's read-only files and the empty folders of a cluster.
fn empty_cluster(archive: &Image) -> std::io::Result<Tree> {
    let mut builder = tar::Builder::new(Vec::new());
    for directory in ["bin", "dev", "dev/shm", "tmp", DATA] {
        append_directory(&mut builder, directory)?;
    }
    for entry in archive.entries() {
        let Some(path) = entry.path.strip_prefix(ARCHIVE_ROOT) else { continue };
        match entry.kind {
            FileType::Directory => append_directory(&mut builder, path)?,
            // PostgreSQL looks whether these are there; their contents are the compiled modules.
            _ if path.starts_with("bin/") || path.ends_with(".so") => append_file(&mut builder, path, b"")?,
            _ if path.starts_with("share/") => {
                append_file(&mut builder, path, archive.bytes(entry.start, entry.len))?
            }
            _ => {}
        }
    }
    for module in extensions::module_names() {
        append_file(&mut builder, &format!("lib/postgresql/{module}.so"), b"")?;
    }
    for directory in DIRECTORIES {
        append_directory(&mut builder, &format!("{DATA}/{directory}"))?;
    }
    append_file(&mut builder, &format!("{DATA}/PG_VERSION"), b"18\n")?;
    append_file(&mut builder, &format!("{DATA}/base/1/PG_VERSION"), b"18\n")?;
    let authentication =
        b"local all all trust\nhost all all 127.0.0.1/32 trust\nhost all all ::1/128 trust\n";
    append_file(&mut builder, &format!("{DATA}/pg_hba.conf"), authentication)?;
    for name in ["pg_ident.conf", "postgresql.conf", "postgresql.auto.conf"] {
        append_file(&mut builder, &format!("{DATA}/{name}"), b"")?;
    }
    let image = Image::from_tar(builder.into_inner()?)?;
    Ok(Tree::new(MemoryFiles::new(Arc::new(image)), None))
}

/// All files of a tree but those that only made the cluster.
fn to_image(tree: Tree) -> std::io::Result<Image> {
    let mut files = tree.into_memory();
    let mut builder = tar::Builder::new(Vec::new());
    add_all(&mut files, "", &mut builder)?;
    Image::from_tar(builder.into_inner()?)
}

fn add_all(
    files: &mut MemoryFiles,
    directory: &str,
    builder: &mut tar::Builder<Vec<u8>>,
) -> std::io::Result<()> {
    let broken = |errno| std::io::Error::other(format!("{directory}: {errno:?}"));
    for entry in files.list(directory).map_err(broken)? {
        let path = if directory.is_empty() { entry.name } else { format!("{directory}/{}", entry.name) };
        if entry.kind == FileType::Directory {
            append_directory(builder, &path)?;
            add_all(files, &path, builder)?;
            continue;
        }
        let only_made_it = path.ends_with(".bki")
            || path.ends_with(".sample")
            || path.ends_with("postmaster.pid")
            || (path.starts_with("share/postgresql/")
                && path.ends_with(".sql")
                && !path.contains("/extension/"));
        if only_made_it {
            continue;
        }
        let (id, _) = files.open(&path).map_err(broken)?;
        let mut bytes = vec![0; files.metadata(id).size as usize];
        files.read_at(id, 0, &mut bytes).map_err(broken)?;
        files.close(id);
        append_file(builder, &path, &bytes)?;
    }
    Ok(())
}

fn append_directory(builder: &mut tar::Builder<Vec<u8>>, path: &str) -> std::io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Directory);
    header.set_mode(0o700);
    header.set_size(0);
    builder.append_data(&mut header, format!("{path}/"), std::io::empty())
}

fn append_file(builder: &mut tar::Builder<Vec<u8>>, path: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_mode(0o600);
    header.set_size(bytes.len() as u64);
    builder.append_data(&mut header, path, bytes)
}
