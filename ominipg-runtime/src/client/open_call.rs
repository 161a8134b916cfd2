use std::sync::Arc;
use std::time::Instant;

use super::{CallKind, Event, Monitor, Outcome};
use crate::error::Error;

/// A call that outlives the future that began it, as a stream does; dropped without an answer, its caller stopped.
pub(crate) struct OpenCall {
    monitor: Arc<Monitor>,
    kind: CallKind,
    /// `None` once it is answered.
    id: Option<u64>,
}

impl OpenCall {
    /// A call that begins now.
    pub(crate) fn begin(monitor: &Arc<Monitor>, kind: CallKind, deadline: Option<Instant>) -> Self {
        let id = Some(monitor.requests.enter(kind, deadline));
        Self { monitor: Arc::clone(monitor), kind, id }
    }

    /// Answers the call, once.
    pub(crate) fn answer(&mut self, result: Result<(), &Error>) {
        let Some(id) = self.id.take() else { return };
        self.monitor.requests.end(id, Outcome::of_kind(result.map_err(Error::kind)));
        if let Err(error) = result {
            self.monitor.events.send_with(|| Event::error(self.kind, error));
        }
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        if let Some(id) = self.id.take() {
            self.monitor.requests.end(id, Outcome::Dropped);
        }
    }
}
