use std::sync::Arc;

use tokio_postgres::AsyncMessage;

use super::wire::OnMessage;
use crate::client::{Event, Monitor};

/// What takes the messages that the other end of a connection sends on its own.
pub(crate) fn listener(monitor: Arc<Monitor>) -> OnMessage {
    Box::new(move |message| {
        if let AsyncMessage::Notice(notice) = message {
            tracing::info!(target: "ominipg::notice", "{}: {}", notice.severity(), notice.message());
            monitor.events.send_with(|| Event::notice(&notice));
        }
    })
}
