use std::sync::{Mutex, PoisonError};

use tokio::sync::broadcast;

use super::{Event, Events};

/// So many events are kept for a listener that does not take them.
const CAPACITY: usize = 256;

/// Tells events to all who listen, and waits for nobody.
pub(crate) struct Broadcaster {
    sender: broadcast::Sender<Event>,
    /// What who listens later hears first.
    told: Mutex<Vec<Event>>,
}

impl Broadcaster {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::Sender::new(CAPACITY), told: Mutex::default() }
    }

    /// Tells that the database answers, to those too who listen later.
    pub(crate) fn connected(&self, event: Event) {
        self.send_and_keep(event);
    }

    /// Tells that the database was closed, once.
    pub(crate) fn close(&self) {
        self.send_and_keep(Event::Close);
    }

    fn send_and_keep(&self, event: Event) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if !told.contains(&event) {
            self.send_with(|| event.clone());
            told.push(event);
        }
    }

    /// Tells an event, which is made only if somebody listens.
    pub(crate) fn send_with(&self, event: impl FnOnce() -> Event) {
        if self.sender.receiver_count() > 0 {
            // The last listener may have gone meanwhile.
            let _ = self.sender.send(event());
        }
    }

    /// A listener, from now on.
    pub(crate) fn listen(&self) -> Events {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        Events::new(told.clone().into(), self.sender.subscribe())
    }
}
