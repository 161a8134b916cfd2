use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::behind::Behind;
use super::{config, connect, open, serve};
use crate::error::{Error, ErrorKind};
use crate::serve::{ServeOptions, Server};

/// An empty folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("ominipg-serve-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).expect("it is created");
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("it is read");
        entries.map(|entry| entry.expect("it is read").file_name().to_string_lossy().into_owned()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn try_open(path: &Path) -> Result<Server, Error> {
    serve(Behind::new(), (), ServeOptions::unix(path)).await
}

#[tokio::test]
async fn a_socket_is_its_users_alone_and_goes_with_its_server() {
    let folder = Folder::new();
    let server = open(ServeOptions::unix(&folder.0)).await;
    assert_eq!(server.local_addr(), None);
    let found = fs::metadata(folder.0.join(".s.PGSQL.5432")).expect("it is there");
    assert!(found.file_type().is_socket());
    assert_eq!(found.permissions().mode() & 0o777, 0o600);
    let client = connect(&config(&server)).await.expect("it opens");
    client.simple_query("SELECT 1").await.expect("the session answers");
    server.close().await;
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

#[tokio::test]
async fn a_path_may_choose_the_port() {
    let folder = Folder::new();
    let server = open(ServeOptions::unix(folder.0.join(".s.PGSQL.6543"))).await;
    assert!(server.url().ends_with(":6543/postgres"), "{}", server.url());
    connect(&config(&server)).await.expect("it opens");
    for wrong in ["here.sock", ".s.PGSQL.x", "none/"] {
        let refused = try_open(&folder.0.join(wrong)).await.expect_err("clients would not find it");
        assert_eq!(refused.kind(), ErrorKind::Options);
        assert!(refused.to_string().contains(".s.PGSQL.5432"), "{refused}");
    }
    let refused = try_open(&folder.0.join("none/.s.PGSQL.5432")).await.expect_err("the folder is not there");
    assert!(refused.to_string().contains("create the folder"), "{refused}");
    let long = folder.0.join("x".repeat(120));
    fs::create_dir(&long).expect("it is created");
    let refused = try_open(&long).await.expect_err("no client could name it");
    assert!(refused.to_string().contains("shorter path"), "{refused}");
}

#[tokio::test]
async fn what_is_there_is_respected() {
    let folder = Folder::new();
    let path = folder.0.join(".s.PGSQL.5432");

    fs::write(&path, "a letter").expect("it is written");
    let refused = try_open(&path).await.expect_err("it is no socket");
    assert!(refused.to_string().contains("is not a socket"), "{refused}");
    assert_eq!(fs::read_to_string(&path).expect("it is still there"), "a letter");
    fs::remove_file(&path).expect("it is removed");

    // Another program's.
    let other = UnixListener::bind(&path).expect("it listens");
    let refused = try_open(&folder.0).await.expect_err("it is in use");
    assert!(refused.to_string().contains("in use"), "{refused}");
    // A program that ended leaves its socket behind.
    drop(other);
    let server = try_open(&folder.0).await.expect("nobody listens there");
    connect(&config(&server)).await.expect("it opens");

    let refused = try_open(&folder.0).await.expect_err("it is in use");
    assert!(refused.to_string().contains("in use"), "{refused}");

    // Nobody is led elsewhere.
    std::os::unix::fs::symlink("elsewhere", folder.0.join(".s.PGSQL.6543.ominipg")).expect("it is linked");
    let refused = try_open(&folder.0.join(".s.PGSQL.6543")).await.expect_err("the lock is a link");
    assert!(refused.to_string().contains("in the way"), "{refused}");
    fs::remove_file(folder.0.join(".s.PGSQL.6543.ominipg")).expect("it was not followed");

    // What took its place is not removed with it.
    fs::remove_file(&path).expect("it is removed");
    fs::write(&path, "a letter").expect("it is written");
    server.close().await;
    assert_eq!(folder.names(), [".s.PGSQL.5432"]);
}
