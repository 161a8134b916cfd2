//! The child: writes until it is killed.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use ominipg::Ominipg;

use crate::{Arguments, scratch, workload};

/// How long it asks nothing now and then, in how many steps.
const REST: (Duration, u32) = (Duration::from_millis(500), 20);

/// Opens the database, tells the last transaction that is there, and then each that was acknowledged; and that it still has its
/// turns on the machine while it does something else.
pub(crate) async fn write(arguments: &Arguments) -> Result<(), String> {
    let folder = arguments.folder.as_ref().ok_or("a victim needs `--folder`")?;
    let db = Ominipg::connect(scratch::options(folder, arguments.relaxed)).await.map_err(text)?;
    let mut number: i64 = db.query_one(workload::LAST, &[]).await.map_err(text)?.get(0);
    let start = Instant::now();
    tell("open", number, [Duration::ZERO; 2])?;
    loop {
        number += 1;
        let begun = start.elapsed();
        transaction(&db, number).await.map_err(|error| format!("transaction {number}: {error}"))?;
        tell("done", number, [begun, start.elapsed()])?;
        if let Some(statement) = workload::housekeeping(number) {
            db.batch_execute(statement).await.map_err(|error| format!("{statement}: {error}"))?;
            tell("alive", number, [start.elapsed(); 2])?;
        }
        if number % 41 == 0 {
            for _ in 0..REST.1 {
                sleep(REST.0 / REST.1);
                // Where the disk keeps this waiting, it keeps the log waiting too.
                File::create(probe(folder)).and_then(|file| file.sync_all()).map_err(text)?;
                tell("alive", number, [start.elapsed(); 2])?;
            }
        }
    }
}

/// A file beside the database.
pub(crate) fn probe(folder: &Path) -> PathBuf {
    folder.with_extension("probe")
}

async fn transaction(db: &Ominipg, number: i64) -> Result<(), ominipg::Error> {
    let parts = workload::parts(number);
    let tx = db.transaction().await?;
    // In several statements, so that there is something between the halves.
    let half = parts / 2;
    for (from, to) in [(1, half), (half + 1, parts)] {
        tx.execute(workload::INSERT, &[&number, &from, &to]).await?;
    }
    if workload::makes_latest(number) {
        // Files come and go with the commit.
        tx.batch_execute(&format!(
            "DROP TABLE IF EXISTS latest; CREATE TABLE latest AS SELECT {number}::bigint AS number, * FROM total"
        ))
        .await?;
    }
    tx.execute(workload::COUNT, &[&number]).await?;
    tx.commit().await
}

/// A line on the pipe, in one write: it is there as a whole or not at all. With it, when what it tells of was begun and done.
fn tell(what: &str, number: i64, times: [Duration; 2]) -> Result<(), String> {
    let [begun, done] = times.map(|time| time.as_micros());
    let line = format!("{what} {number} {begun} {done}\n");
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes()).and_then(|()| out.flush()).map_err(text)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
