//! The settings that an embedded PostgreSQL starts with.

use super::Options;

/// What PostgreSQL believes its program to be; its other files are found from there.
pub(super) const PROGRAM: &str = "/bin/postgres";

/// For every database.
const COMMON: &[&str] = &[
    // There is one process: no workers, no replication; `backend::vacuum` does what autovacuum would.
    "max_worker_processes=0",
    "max_parallel_workers=0",
    "max_parallel_workers_per_gather=0",
    "max_parallel_maintenance_workers=0",
    "max_wal_senders=0",
    "max_replication_slots=0",
    "autovacuum=off",
    "io_method=sync",
    "wal_level=minimal",
    // The latch's descriptors are found by duplicating until it fails: a thousand calls at every start otherwise.
    "max_files_per_process=64",
    // Sizes for one application rather than a server; few connections, yet locks for a schema of thousands of tables.
    "max_connections=8",
    "superuser_reserved_connections=0",
    "reserved_connections=0",
    "max_locks_per_transaction=1024",
    "wal_buffers=1MB",
    "min_wal_size=8MB",
    // Deeper recursion than this would outgrow the native stack; see `artefacts`.
    "max_stack_depth=2MB",
    "exit_on_error=false",
    "log_checkpoints=false",
    // Statements carry values: they stay out of the log.
    "log_min_error_statement=panic",
    "log_min_messages=fatal",
    "TimeZone=UTC",
    "jit=off",
];

/// For databases in memory, which end with the process anyway.
const IN_MEMORY: &[&str] = &["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// For databases in a folder: an acknowledged commit is on disk.
const IN_FOLDER: &[&str] =
    &["fsync=on", "synchronous_commit=on", "full_page_writes=on", "wal_skip_threshold=0"];

/// The same, but for the commits of a moment; see `flush` for what writes them.
///
/// Of a sequence that is made and used in one transaction, the log would hold the page as it was at the commit, and after a crash
/// it would give numbers again that it had given since: so new files are synced, whatever their size, and not logged.
const RELAXED: &[&str] =
    &["fsync=on", "synchronous_commit=off", "full_page_writes=on", "wal_skip_threshold=0"];

/// The program's arguments to serve the database `postgres`, with modules that are loaded before it starts.
pub(super) fn arguments(in_memory: bool, options: &Options, preloaded: &[&str]) -> Vec<String> {
    let durability = match in_memory {
        true => IN_MEMORY,
        false if options.relaxed_durability => RELAXED,
        false => IN_FOLDER,
    };
    let sizes = [
        // Without a unit it counts pages of 8 KB.
        format!("shared_buffers={}", options.shared_buffers / 8192),
        format!("max_wal_size={}MB", options.max_wal_size >> 20),
    ];
    let settings = COMMON.iter().chain(durability).map(|&setting| setting.to_owned()).chain(sizes);
    let mut arguments = vec![PROGRAM.to_owned(), "--single".to_owned()];
    for setting in settings {
        arguments.extend(["-c".to_owned(), setting]);
    }
    if !preloaded.is_empty() {
        let setting = format!("shared_preload_libraries={}", preloaded.join(","));
        arguments.extend(["-c".to_owned(), setting]);
    }
    arguments.extend(["-D", "/data", "postgres"].map(str::to_owned));
    arguments
}
