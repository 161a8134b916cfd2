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
    assert_eq!(refused.kind(), ErrorKind::Connect);
    assert!(refused.to_string().contains(&format!("process {}", std::process::id())), "{refused}");
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
