/// Folders whose contents mean nothing to a cluster that starts.
const EMPTIED: [&str; 7] = [
    "pg_dynshmem/",
    "pg_notify/",
    "pg_replslot/",
    "pg_serial/",
    "pg_snapshots/",
    "pg_stat_tmp/",
    "pg_subtrans/",
];

/// Whether a file of a cluster is a part of a backup. PostgreSQL's own base backups leave out the same.
pub(in crate::embedded) fn is_kept(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_of_process = matches!(name, "postmaster.pid" | "postmaster.opts" | "current_logfiles");
    let is_derived = name.starts_with("pg_internal.init");
    let is_temporary = path.split('/').any(|part| part.starts_with("pgsql_tmp"))
        || (path.starts_with("base/") && is_of_temporary_table(name));
    !is_of_process && !is_derived && !is_temporary && !EMPTIED.iter().any(|folder| path.starts_with(folder))
}

/// Whether a name is `t`, the number of a session, `_`, and what all tables' files have.
fn is_of_temporary_table(name: &str) -> bool {
    let numbers = name.strip_prefix('t').and_then(|rest| rest.split_once('_'));
    numbers.is_some_and(|(session, file)| {
        !session.is_empty()
            && session.bytes().all(|byte| byte.is_ascii_digit())
            && file.starts_with(|first: char| first.is_ascii_digit())
    })
}
