//! The child: writes until it is killed.

use std::io::Write;

use ominipg::Ominipg;

use crate::{Arguments, scratch, workload};

/// Opens the database, tells the last transaction that is there, and then each that was acknowledged; and when it is busy
/// with something else that takes its time.
pub(crate) async fn write(arguments: &Arguments) -> Result<(), String> {
    let folder = arguments.folder.as_ref().ok_or("a victim needs `--folder`")?;
    let db = Ominipg::connect(scratch::options(folder, arguments.relaxed)).await.map_err(text)?;
    let mut number: i64 = db.query_one(workload::LAST, &[]).await.map_err(text)?.get(0);
    tell("open", number)?;
    loop {
        number += 1;
        transaction(&db, number).await.map_err(|error| format!("transaction {number}: {error}"))?;
        tell("done", number)?;
        // What else moves files about, between the transactions.
        let housekeeping = match number % 97 {
            31 => Some("VACUUM ledger, total"),
            61 => Some("CHECKPOINT"),
            91 => Some("REINDEX TABLE ledger"),
            _ => None,
        };
        if let Some(statement) = housekeeping {
            tell("busy", number)?;
            db.batch_execute(statement).await.map_err(|error| format!("{statement}: {error}"))?;
            tell("free", number)?;
        }
    }
}

async fn transaction(db: &Ominipg, number: i64) -> Result<(), ominipg::Error> {
    let parts = workload::parts(number);
    let tx = db.transaction().await?;
    // In several statements, so that there is something between the halves.
    let half = parts / 2;
    for (from, to) in [(1, half), (half + 1, parts)] {
        tx.execute(workload::INSERT, &[&number, &from, &to]).await?;
    }
    if number % 11 == 0 {
        // Files come and go with the commit.
        tx.batch_execute(&format!(
            "DROP TABLE IF EXISTS latest; CREATE TABLE latest AS SELECT {number}::bigint AS number, * FROM total"
        ))
        .await?;
    }
    tx.execute(workload::COUNT, &[&number]).await?;
    tx.commit().await
}

/// A line on the pipe, in one write: it is there as a whole or not at all.
fn tell(what: &str, number: i64) -> Result<(), String> {
    let line = format!("{what} {number}\n");
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes()).and_then(|()| out.flush()).map_err(text)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
