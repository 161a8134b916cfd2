//! A transaction waits until its savepoint ends: what ran on it would be a part of the savepoint.

use ominipg_runtime::{Error, Ominipg};

async fn beside(db: Ominipg) -> Result<(), Error> {
    let mut tx = db.transaction().await?;
    let sp = tx.savepoint().await?;
    tx.execute("DELETE FROM users", &[]).await?;
    sp.rollback().await?;
    tx.commit().await
}

fn main() {}
