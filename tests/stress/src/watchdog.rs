use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Ends the process where a test takes too long: a thread that hangs would keep any gentler end from coming.
#[derive(Debug)]
#[must_use = "it watches until it is dropped"]
pub struct Watchdog(#[expect(dead_code, reason = "dropping it tells the thread")] Sender<()>);

impl Watchdog {
    /// Watches for at most `limit`; `report` tells then what was going on.
    ///
    /// # Panics
    ///
    /// Where no thread can be started.
    pub fn new(limit: Duration, report: impl FnOnce() -> String + Send + 'static) -> Self {
        let (sender, receiver) = channel::<()>();
        let watch = move || {
            if receiver.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                eprintln!("nothing came to an end in {limit:?}:\n{}", report());
                std::process::exit(101);
            }
        };
        std::thread::Builder::new().name("test-watchdog".to_owned()).spawn(watch).expect("a thread starts");
        Self(sender)
    }
}
