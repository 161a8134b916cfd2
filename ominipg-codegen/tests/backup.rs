//! The commands `dump` and `restore`.

use std::path::Path;
use std::process::{Command, Output};

fn run(arguments: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ominipg-codegen")).args(arguments).output().unwrap()
}

fn fails(arguments: &[&Path]) -> String {
    let output = run(arguments);
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn succeeds(arguments: &[&Path]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_folder_becomes_a_file_and_a_folder_again() {
    let base = std::env::temp_dir().join(format!("ominipg-backup-cli-{}", std::process::id()));
    std::fs::create_dir_all(&base).unwrap();
    let [first, second, file, other] =
        ["first", "second", "file.tar.zst", "other.tar.zst"].map(|name| base.join(name));
    let (dump, out, restore) = (Path::new("dump"), Path::new("--out"), Path::new("restore"));

    assert!(fails(&[dump, &first, out, &file]).contains("holds no database"));
    assert!(!first.exists(), "asking makes none");
    assert!(fails(&[restore, &file, &first]).contains("cannot read the backup"));

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = ominipg_runtime::Ominipg::connect(format!("file://{}", first.display())).await.unwrap();
        db.batch_execute("CREATE TABLE t AS SELECT 6 AS n").await.unwrap();
        db.close().await.unwrap();
    });
    assert!(succeeds(&[dump, &first, out, &file]).contains("MB"));
    assert!(fails(&[dump, &first, out, &file]).contains("exists already"));
    succeeds(&[restore, &file, &second]);
    assert!(fails(&[restore, &file, &second]).contains("holds a database already"));
    succeeds(&[dump, &second, out, &other]);
    runtime.block_on(async {
        let db = ominipg_runtime::Ominipg::connect(format!("file://{}", second.display())).await.unwrap();
        assert_eq!(db.query_one("SELECT n FROM t", &[]).await.unwrap().get::<_, i32>(0), 6);
        db.close().await.unwrap();
    });
    std::fs::remove_dir_all(&base).unwrap();
}
