//! The folder of a `file://` database.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use ominipg::{ErrorKind, Ominipg};

/// A folder that is removed in the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A path that does not exist yet.
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self(std::env::temp_dir().join(format!("ominipg-embedded-{}-{number}", std::process::id())))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn url(&self) -> String {
        format!("file://{}", self.0.display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn is_locked_while_it_is_open() {
    let folder = Folder::new();
    let db = Ominipg::connect(folder.url()).await.expect("it opens");
    let refused = Ominipg::connect(folder.url()).await.expect_err("it is open already");
    assert_eq!(refused.kind(), ErrorKind::Locked);
    assert!(
        refused.to_string().contains(&format!("this process ({}) already", std::process::id())),
        "{refused}"
    );
    db.close().await.expect("it closes");
    Ominipg::connect(folder.url()).await.expect("it is free again");
}

#[tokio::test]
async fn must_be_empty_or_ours() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path()).expect("it is created");
    std::fs::write(folder.path().join("letter.txt"), "dear").expect("it is written");
    let refused = Ominipg::connect(folder.url()).await.expect_err("it holds something else");
    assert_eq!(refused.kind(), ErrorKind::Connect);
    assert!(refused.to_string().contains("is not empty"), "{refused}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("it is read").count(), 1, "nothing was written");
}

#[tokio::test]
async fn must_be_a_folder() {
    let folder = Folder::new();
    std::fs::write(folder.path(), "a file").expect("it is written");
    for url in [folder.url(), format!("{}/below", folder.url())] {
        let refused = Ominipg::connect(url).await.expect_err("there is a file in the way");
        assert_eq!(refused.kind(), ErrorKind::Connect);
        assert!(refused.to_string().contains(&folder.path().display().to_string()), "{refused}");
    }
    std::fs::remove_file(folder.path()).expect("it is removed");
}

#[tokio::test]
async fn of_a_half_made_cluster_is_made_anew() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path().join("cluster.new/base")).expect("it is created");
    std::fs::write(folder.path().join("ominipg.lock"), "1\n").expect("it is written");
    let db = Ominipg::connect(folder.url()).await.expect("it opens");
    assert_eq!(db.query_one("SELECT 1", &[]).await.expect("it answers").get::<_, i32>(0), 1);
    assert!(!folder.path().join("cluster.new").exists());
}

#[tokio::test]
async fn of_a_dead_process_is_free() {
    let folder = Folder::new();
    Ominipg::connect(folder.url()).await.expect("it opens").close().await.expect("it closes");
    // What a process leaves that had no time for anything: its name, and PostgreSQL's own file, but no lock.
    std::fs::write(folder.path().join("ominipg.lock"), "999999\n").expect("it is written");
    for text in ["42\n/data\n", "1\n/data\n", "4", ""] {
        std::fs::write(folder.path().join("cluster/postmaster.pid"), text).expect("it is written");
        let db = Ominipg::connect(folder.url()).await.expect("nobody is there");
        db.close().await.expect("it closes");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn holds_no_links() {
    use std::os::unix::fs::symlink;
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    Ominipg::connect(folder.url()).await.expect("it opens").close().await.expect("it closes");
    std::fs::create_dir(elsewhere.path()).expect("it is created");

    let moved = elsewhere.path().join("cluster");
    std::fs::rename(folder.path().join("cluster"), &moved).expect("it is moved");
    symlink(&moved, folder.path().join("cluster")).expect("it is linked");
    let refused = Ominipg::connect(folder.url()).await.expect_err("the cluster is a link");
    assert_eq!(refused.kind(), ErrorKind::Connect);
    assert!(refused.to_string().contains("cluster is a link"), "{refused}");

    std::fs::remove_file(folder.path().join("cluster")).expect("it is removed");
    std::fs::rename(&moved, folder.path().join("cluster")).expect("it is moved back");
    std::fs::rename(folder.path().join("cluster/global"), elsewhere.path().join("global"))
        .expect("it is moved");
    symlink(elsewhere.path().join("global"), folder.path().join("cluster/global")).expect("it is linked");
    let refused = Ominipg::connect(folder.url()).await.expect_err("a part of the cluster is a link");
    assert!(refused.to_string().contains("did not start"), "{refused}");

    std::fs::remove_file(folder.path().join("cluster/global")).expect("it is removed");
    std::fs::rename(elsewhere.path().join("global"), folder.path().join("cluster/global"))
        .expect("it is back");
    let secret = elsewhere.path().join("secret");
    std::fs::write(&secret, "secret").expect("it is written");
    symlink(&secret, folder.path().join("cluster/link")).expect("it is linked");
    let db = Ominipg::connect(folder.url()).await.expect("it opens");
    for path in ["/data/link", "link", "../elsewhere/secret"] {
        let sql = format!("SELECT pg_read_file('{path}')");
        let refused = db.query(&sql, &[]).await.expect_err("it leads out");
        assert_eq!(refused.kind(), ErrorKind::Database, "{refused}");
    }
    let copy = db.batch_execute("COPY (SELECT 'overwritten') TO '/data/link'").await;
    copy.expect_err("it leads out");
    assert_eq!(std::fs::read_to_string(&secret).expect("it is there"), "secret");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn may_hold_names_that_are_not_utf8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    Ominipg::connect(folder.url()).await.expect("it opens").close().await.expect("it closes");
    let stranger = folder.path().join("cluster/base").join(OsStr::from_bytes(b"stranger \xff"));
    std::fs::write(&stranger, "mine").expect("it is written");
    let db = Ominipg::connect(folder.url()).await.expect("it opens");
    let count = db.query_one("SELECT count(*) FROM pg_ls_dir('base') name WHERE name LIKE 'stranger%'", &[]);
    assert_eq!(count.await.expect("it answers").get::<_, i64>(0), 0);
    db.close().await.expect("it closes");
    assert_eq!(std::fs::read_to_string(stranger).expect("it is there"), "mine");
}

#[cfg(unix)]
#[tokio::test]
async fn is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let db = Ominipg::connect(folder.url()).await.expect("it opens");
    db.batch_execute("CREATE TABLE t (n int)").await.expect("it is created");
    let mode = |path: &Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path().join("cluster")), 0o700);
    let file: String = db.query_one("SELECT pg_relation_filepath('t')", &[]).await.expect("answers").get(0);
    assert_eq!(mode(&folder.path().join("cluster").join(file)), 0o600);
}
