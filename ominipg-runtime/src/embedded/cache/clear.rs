//! Removing compiled engines.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use cap_std::fs::Dir;

use super::{artefacts, engine_error, folder, hold};
use crate::error::{Error, ErrorKind};

/// Every engine's folder begins so.
const ENGINE: &str = "engine-";
/// Engines that are being stored or removed, or were when their process ended.
const ASIDE: [&str; 2] = [".new-", ".old-"];
/// What lies aside for longer was left behind.
const LEFT_BEHIND: Duration = Duration::from_secs(3600);

/// What clearing the cache did.
#[derive(Debug, Clone, Default)]
pub struct Cleared {
    /// The folders that were removed.
    pub removed: Vec<PathBuf>,
    /// The folders that stay, since a running program uses their engine.
    pub in_use: Vec<PathBuf>,
    /// What was freed, in bytes.
    pub size: u64,
}

/// Removes this program's version of the engine from the cache, or with `all` every version and what was left behind.
///
/// Only folders of engines are removed, no link is followed, and an engine that a running program uses stays.
///
/// # Errors
///
/// When the machine has no cache folder, or something in it cannot be removed; also where a folder with the name of an
/// engine holds what no engine has: it stays as it is.
pub fn clear(all: bool) -> Result<Cleared, Error> {
    let engine = artefacts::engine().map_err(engine_error)?;
    let folder = folder(&engine)?;
    let (Some(base), Some(name)) = (folder.parent(), folder.file_name().and_then(|name| name.to_str()))
    else {
        return Ok(Cleared::default());
    };
    clear_in(base, if all { None } else { Some(name) })
}

/// Clears one engine, or all, in the cache folder `base`.
fn clear_in(base: &Path, only: Option<&str>) -> Result<Cleared, Error> {
    let mut cleared = Cleared::default();
    let failed = |path: &Path, error: io::Error| {
        Error::new(ErrorKind::Connect, format!("cannot clear {}: {error}", path.display()))
    };
    let dir = match Dir::open_ambient_dir(base, cap_std::ambient_authority()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(cleared),
        opened => opened.map_err(|error| failed(base, error))?,
    };
    for entry in dir.entries().map_err(|error| failed(base, error))? {
        let entry = entry.map_err(|error| failed(base, error))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = base.join(&name);
        let is_asked = only.is_none_or(|only| only == name);
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !is_asked || !is_folder || !(is_engine(&name) || is_left_behind(&dir, &name)) {
            continue;
        }
        match remove(base, &dir, &name).map_err(|error| failed(&path, error))? {
            Some(size) => {
                cleared.size += size;
                cleared.removed.push(path);
            }
            None => cleared.in_use.push(path),
        }
    }
    Ok(cleared)
}

fn is_engine(name: &str) -> bool {
    name.strip_prefix(ENGINE)
        .is_some_and(|key| key.len() == 16 && key.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_left_behind(dir: &Dir, name: &str) -> bool {
    let age = || {
        let modified = dir.symlink_metadata(name)?.modified()?.into_std();
        SystemTime::now().duration_since(modified).map_err(io::Error::other)
    };
    ASIDE.iter().any(|start| name.starts_with(start)) && age().is_ok_and(|age: Duration| age > LEFT_BEHIND)
}

/// Removes a folder of files, and tells how much they took; nothing where it is in use.
fn remove(base: &Path, dir: &Dir, name: &str) -> io::Result<Option<u64>> {
    let folder = dir.open_dir(name)?;
    let mut size = 0;
    let mut files = Vec::new();
    for entry in folder.entries()? {
        let entry = entry?;
        if !entry.file_type()?.is_file() {
            let message = format!("it holds {:?}, which no engine has; remove it by hand", entry.file_name());
            return Err(io::Error::other(message));
        }
        size += entry.metadata()?.len();
        files.push(entry.file_name());
    }
    let Some(lock) = hold::exclude(&base.join(name))? else { return Ok(None) };
    // Aside first: nobody ever finds half an engine.
    let aside = format!("{}{}-{:08x}", ASIDE[1], std::process::id(), getrandom::u32().unwrap_or(0));
    dir.rename(name, dir, &aside)?;
    for file in files.iter().filter(|file| *file != hold::LOCK) {
        folder.remove_file(file)?;
    }
    // Windows removes no file that is open.
    drop(lock);
    folder.remove_file(hold::LOCK)?;
    drop(folder);
    dir.remove_dir(&aside)?;
    Ok(Some(size))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A cache folder that is removed in the end.
    struct Cache(PathBuf);

    impl Cache {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("ominipg-clear-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir(&path).expect("it is created");
            Self(path)
        }

        fn engine(&self, name: &str) -> PathBuf {
            let path = self.0.join(name);
            fs::create_dir(&path).expect("it is created");
            fs::write(path.join("modules.json"), "{}").expect("it is written");
            fs::write(path.join("postgres.cwasm"), [0; 1000]).expect("it is written");
            path
        }
    }

    impl Drop for Cache {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    const OURS: &str = "engine-0123456789abcdef";
    const OTHER: &str = "engine-fedcba9876543210";

    #[test]
    fn one_engine_or_all_are_removed_and_nothing_else() {
        let cache = Cache::new("all");
        let (ours, other) = (cache.engine(OURS), cache.engine(OTHER));
        let foreign = [cache.engine("engine-room"), cache.engine("photos"), cache.engine(".new-1-00000000")];
        let cleared = clear_in(&cache.0, Some(OURS)).expect("it is cleared");
        assert_eq!((cleared.removed, cleared.size), (vec![ours.clone()], 1002));
        assert!(!ours.exists() && other.exists());
        let cleared = clear_in(&cache.0, None).expect("it is cleared");
        assert_eq!(cleared.removed, [other]);
        assert!(foreign.iter().all(|path| path.join("modules.json").exists()));
        assert_eq!(fs::read_dir(&cache.0).expect("it is read").count(), foreign.len());
        assert!(clear_in(&cache.0.join("none"), None).expect("there is nothing").removed.is_empty());
    }

    #[test]
    fn an_engine_in_use_stays() {
        let cache = Cache::new("used");
        let ours = cache.engine(OURS);
        assert_eq!(hold::share(&ours), Some(()));
        let cleared = clear_in(&cache.0, None).expect("it is looked at");
        assert_eq!((cleared.removed.len(), cleared.in_use), (0, vec![ours.clone()]));
        assert!(ours.join("postgres.cwasm").exists());
        assert_eq!(hold::share(&cache.0.join(OTHER)), None);
    }

    #[test]
    fn what_no_engine_has_keeps_its_folder() {
        let cache = Cache::new("foreign");
        let ours = cache.engine(OURS);
        fs::create_dir(ours.join("letters")).expect("it is created");
        let refused = clear_in(&cache.0, None).expect_err("it is no engine's");
        assert!(refused.to_string().contains("letters"), "{refused}");
        assert!(ours.join("modules.json").exists());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        use std::os::unix::fs::symlink;
        let (cache, elsewhere) = (Cache::new("links"), Cache::new("elsewhere"));
        let target = elsewhere.engine(OURS);
        symlink(&target, cache.0.join(OURS)).expect("it is linked");
        assert!(clear_in(&cache.0, None).expect("there is nothing").removed.is_empty());
        let other = cache.engine(OTHER);
        symlink(target.join("modules.json"), other.join("link")).expect("it is linked");
        clear_in(&cache.0, None).expect_err("no engine has links");
        assert!(target.join("modules.json").exists() && target.join("postgres.cwasm").exists());
    }
}
