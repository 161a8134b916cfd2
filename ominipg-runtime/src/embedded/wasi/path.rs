//! Calls on paths.

use wasmtime::{Caller, Linker, Result};

use super::descriptors::{Kind, OpenFile};
use super::errno::{self, Errno};
use super::fd::{filestat, number};
use super::guest::Guest;
use super::{WASI, WASIX, answer};
use crate::embedded::files::{Entry, FileType, Handle, OpenFlags};
use crate::embedded::host::Host;

pub(super) fn add_to(linker: &mut Linker<Host>) -> Result<()> {
    linker.func_wrap(
        WASIX,
        "path_open2",
        |mut caller: Caller<'_, Host>,
         fd: u32,
         _lookup: u32,
         path: u32,
         len: u32,
         flags: u32,
         _rights: u64,
         _inherited: u64,
         fd_flags: u32,
         _fd_flags_ext: u32,
         result: u32| {
            answer(&mut caller, |guest, host| {
                let path = resolve(guest, host, fd, path, len)?;
                let flags = OpenFlags {
                    create: flags & 1 != 0,
                    directory: flags & 2 != 0,
                    exclusive: flags & 4 != 0,
                    truncate: flags & 8 != 0,
                };
                let handle = host.tree.open(&path, flags)?;
                let mut file = OpenFile::new(Kind::File(handle), path);
                file.append = fd_flags & 1 != 0;
                let new = host.descriptors.insert(file)?;
                guest.write_u32(result, new)
            })
        },
    )?;
    linker.func_wrap(
        WASI,
        "path_filestat_get",
        |mut caller: Caller<'_, Host>, fd: u32, _flags: u32, path: u32, len: u32, result: u32| {
            answer(&mut caller, |guest, host| {
                let path = resolve(guest, host, fd, path, len)?;
                let metadata = host.tree.stat(&path)?;
                guest.write(result, &filestat(metadata))
            })
        },
    )?;
    linker.func_wrap(
        WASI,
        "path_filestat_set_times",
        |mut caller: Caller<'_, Host>, fd: u32, _: u32, path: u32, len: u32, _: u64, _: u64, _: u32| {
            answer(&mut caller, |guest, host| {
                let path = resolve(guest, host, fd, path, len)?;
                host.tree.stat(&path).map(drop)
            })
        },
    )?;
    linker.func_wrap(
        WASI,
        "path_create_directory",
        |mut caller: Caller<'_, Host>, fd: u32, path: u32, len: u32| {
            answer(&mut caller, |guest, host| {
                let path = resolve(guest, host, fd, path, len)?;
                host.tree.create_directory(&path)
            })
        },
    )?;
    linker.func_wrap(
        WASI,
        "path_remove_directory",
        |mut caller: Caller<'_, Host>, fd: u32, path: u32, len: u32| {
            answer(&mut caller, |guest, host| {
                let path = resolve(guest, host, fd, path, len)?;
                host.tree.remove_directory(&path)
            })
        },
    )?;
    linker.func_wrap(
        WASI,
        "path_unlink_file",
        |mut caller: Caller<'_, Host>, fd: u32, path: u32, len: u32| {
            answer(&mut caller, |guest, host| {
                let path = resolve(guest, host, fd, path, len)?;
                host.tree.remove_file(&path)
            })
        },
    )?;
    linker.func_wrap(
        WASI,
        "path_rename",
        |mut caller: Caller<'_, Host>,
         fd: u32,
         from: u32,
         from_len: u32,
         to_fd: u32,
         to: u32,
         to_len: u32| {
            answer(&mut caller, |guest, host| {
                let from = resolve(guest, host, fd, from, from_len)?;
                let to = resolve(guest, host, to_fd, to, to_len)?;
                host.tree.rename(&from, &to)
            })
        },
    )?;
    // No links: PostgreSQL makes them for tablespaces only, which would lead out of the database's folder.
    linker.func_wrap(
        WASI,
        "path_readlink",
        |mut caller: Caller<'_, Host>, fd: u32, path: u32, len: u32, _: u32, _: u32, _: u32| {
            answer(&mut caller, |guest, host| {
                let path = resolve(guest, host, fd, path, len)?;
                host.tree.stat(&path)?;
                Err(Errno::INVAL)
            })
        },
    )?;
    linker.func_wrap(
        WASI,
        "path_symlink",
        |_: Caller<'_, Host>, _: u32, _: u32, _: u32, _: u32, _: u32| i32::from(Errno::PERM.0),
    )?;
    linker.func_wrap(
        WASI,
        "fd_readdir",
        |mut caller: Caller<'_, Host>, fd: u32, buffer: u32, len: u32, cookie: u64, result: u32| {
            answer(&mut caller, |guest, host| {
                let used = read_directory(guest, host, fd, buffer, len, cookie)?;
                guest.write_u32(result, used)
            })
        },
    )?;
    add_working_directory(linker)
}

fn add_working_directory(linker: &mut Linker<Host>) -> Result<()> {
    linker.func_wrap(WASI, "fd_prestat_get", |mut caller: Caller<'_, Host>, fd: u32, result: u32| {
        answer(&mut caller, |guest, _| {
            if fd != 3 {
                return Err(Errno::BADF);
            }
            guest.write_u32(result, 0)?;
            guest.write_u32(result + 4, 1)
        })
    })?;
    linker.func_wrap(
        WASI,
        "fd_prestat_dir_name",
        |mut caller: Caller<'_, Host>, fd: u32, path: u32, len: u32| {
            answer(&mut caller, |guest, _| {
                if fd != 3 || len < 1 {
                    return Err(Errno::BADF);
                }
                guest.write(path, b"/")
            })
        },
    )?;
    linker.func_wrap(WASIX, "getcwd", |mut caller: Caller<'_, Host>, path: u32, len: u32| {
        answer(&mut caller, |guest, host| {
            let directory = format!("/{}\0", host.directory);
            let room = guest.read_u32(len)?;
            guest.write_u32(len, directory.len() as u32)?;
            if (room as usize) < directory.len() {
                return Err(Errno::RANGE);
            }
            guest.write(path, directory.as_bytes())
        })
    })?;
    linker.func_wrap(WASIX, "chdir", |mut caller: Caller<'_, Host>, path: u32, len: u32| {
        answer(&mut caller, |guest, host| {
            let path = normal(&host.directory, guest.string(path, len)?)?;
            match host.tree.stat(&path)?.kind {
                crate::embedded::files::FileType::Directory => host.directory = path,
                _ => return Err(Errno::NOTDIR),
            }
            Ok(())
        })
    })?;
    Ok(())
}

/// The normal path that `path` has, seen from the directory `fd`.
fn resolve(guest: &Guest<'_>, host: &Host, fd: u32, path: u32, len: u32) -> errno::Result<String> {
    let directory = host.descriptors.get(fd)?;
    if !matches!(directory.kind, Kind::File(Handle::Directory)) {
        return Err(Errno::NOTDIR);
    }
    normal(&directory.path, guest.string(path, len)?)
}

/// Resolves `.`, `..` and double slashes; the root's parent is the root.
fn normal(directory: &str, path: &str) -> errno::Result<String> {
    let base = if path.starts_with('/') { "" } else { directory };
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

fn read_directory(
    guest: &mut Guest<'_>,
    host: &mut Host,
    fd: u32,
    buffer: u32,
    len: u32,
    cookie: u64,
) -> errno::Result<u32> {
    let Host { descriptors, tree, .. } = host;
    let file = descriptors.get_mut(fd)?;
    if !matches!(file.kind, Kind::File(Handle::Directory)) {
        return Err(Errno::NOTDIR);
    }
    if cookie == 0 || file.listing.is_none() {
        let dots = [".", ".."].map(|name| Entry { name: name.to_owned(), kind: FileType::Directory });
        file.listing = Some(dots.into_iter().chain(tree.list(&file.path)?).collect());
    }
    let listing = file.listing.as_ref().expect("listed above");
    let mut used = 0;
    for (index, entry) in listing.iter().enumerate().skip(cookie as usize) {
        let mut record = [0u8; 24];
        record[0..8].copy_from_slice(&(index as u64 + 1).to_le_bytes());
        record[8..16].copy_from_slice(&(index as u64 + 1).to_le_bytes());
        record[16..20].copy_from_slice(&(entry.name.len() as u32).to_le_bytes());
        record[20] = number(entry.kind);
        // A record that does not fit is cut: a full buffer tells the caller to ask again.
        for part in [&record[..], entry.name.as_bytes()] {
            let n = (part.len() as u32).min(len - used);
            guest.write(buffer + used, &part[..n as usize])?;
            used += n;
        }
        if used == len {
            break;
        }
    }
    Ok(used)
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn paths_never_leave_the_root() {
        assert_eq!(normal("data", "../../etc//passwd").as_deref(), Ok("etc/passwd"));
        assert_eq!(normal("data", "./base/../x").as_deref(), Ok("data/x"));
        assert_eq!(normal("data", "/bin/./postgres").as_deref(), Ok("bin/postgres"));
        assert_eq!(normal("", "..").as_deref(), Ok(""));
    }
}
