//! What all sessions do now, for the report of a hang.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The last deed of each session, and some counts.
pub struct Trace {
    deeds: Vec<Mutex<(Instant, String)>>,
    statements: AtomicU64,
    longest: AtomicU64,
    /// How many clients may still vanish while a long statement runs: each holds all others for seconds.
    vanishing: AtomicUsize,
}

impl Trace {
    pub fn new(seats: usize, vanishing: usize) -> Self {
        let deed = || Mutex::new((Instant::now(), "(begins)".to_owned()));
        Self {
            deeds: std::iter::repeat_with(deed).take(seats).collect(),
            statements: AtomicU64::new(0),
            longest: AtomicU64::new(0),
            vanishing: AtomicUsize::new(vanishing),
        }
    }

    pub fn set(&self, seat: usize, deed: &str) {
        *self.deeds[seat].lock().unwrap_or_else(PoisonError::into_inner) = (Instant::now(), deed.to_owned());
    }

    /// Notes how long a statement took, its wait for a turn included.
    pub fn took(&self, time: Duration) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.longest.fetch_max(time.as_micros() as u64, Ordering::Relaxed);
    }

    /// How many statements there were, and how long the longest took.
    pub fn sum(&self) -> (u64, Duration) {
        let longest = Duration::from_micros(self.longest.load(Ordering::Relaxed));
        (self.statements.load(Ordering::Relaxed), longest)
    }

    /// Whether one more client may vanish in the middle of a long statement.
    pub fn may_vanish(&self) -> bool {
        let less = |left: usize| left.checked_sub(1);
        self.vanishing.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    /// What each session does now.
    pub fn report(&self) -> String {
        let mut report = String::new();
        for (seat, deed) in self.deeds.iter().enumerate() {
            let deed = deed.lock().unwrap_or_else(PoisonError::into_inner);
            report += &format!("session {seat}, for {:?}: {}\n", deed.0.elapsed(), deed.1);
        }
        report
    }
}
