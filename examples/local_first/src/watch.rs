//! Sends what comes in, and tells of it.

use std::time::Duration;

use ominipg::Event;

use crate::Result;
use crate::notes::Notes;

pub async fn watch(notes: &Notes, seconds: u64) -> Result<()> {
    let mut events = notes.db.events();
    let auto = notes.db.auto_sync(Duration::from_secs(seconds))?;
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(Event::SyncEnd { pushed: 0, parked: 0, .. }) => {}
                Some(event @ (Event::SyncEnd { .. } | Event::Error { .. })) => println!("{event}"),
                Some(_) => {}
                None => break,
            },
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    auto.stop().await;
    Ok(())
}
