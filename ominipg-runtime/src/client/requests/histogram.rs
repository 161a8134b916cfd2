use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;

/// The last bucket begins at 2^30 µs, some 18 minutes.
const BUCKETS: usize = 32;

/// How long calls took, in buckets that double: the first holds those under a microsecond, the next those under two, then
/// four, and so on; the last has no end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Histogram {
    /// How many calls fell into each bucket.
    pub buckets: Vec<u64>,
    /// How many there were.
    pub count: u64,
    /// How long they took together.
    pub sum: Duration,
}

impl Histogram {
    /// The time that a part of the calls, between 0 and 1, did not exceed: an estimate within the bucket that it falls into.
    pub fn quantile(&self, part: f64) -> Duration {
        let wanted = part.clamp(0.0, 1.0) * self.count as f64;
        let mut below = 0.0;
        for (index, &calls) in self.buckets.iter().enumerate().filter(|(_, calls)| **calls > 0) {
            let calls = calls as f64;
            if below + calls >= wanted {
                let (from, to) = (lower(index), lower(index + 1));
                return from + (to - from).mul_f64((wanted - below) / calls);
            }
            below += calls;
        }
        Duration::ZERO
    }

    /// Half of the calls took no longer.
    pub fn p50(&self) -> Duration {
        self.quantile(0.5)
    }

    /// Nine in ten calls took no longer.
    pub fn p90(&self) -> Duration {
        self.quantile(0.9)
    }

    /// All but one in a hundred calls took no longer.
    pub fn p99(&self) -> Duration {
        self.quantile(0.99)
    }

    /// What a call took on average.
    pub fn mean(&self) -> Duration {
        if self.count == 0 { Duration::ZERO } else { self.sum.div_f64(self.count as f64) }
    }
}

impl fmt::Display for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mean, p50, p90, p99) = (self.mean(), self.p50(), self.p90(), self.p99());
        write!(f, "mean {mean:.1?}, p50 {p50:.1?}, p90 {p90:.1?}, p99 {p99:.1?}")
    }
}

/// Where a bucket begins.
fn lower(bucket: usize) -> Duration {
    Duration::from_micros(if bucket == 0 { 0 } else { 1 << (bucket - 1) })
}

fn bucket(time: Duration) -> usize {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    ((u64::BITS - micros.leading_zeros()) as usize).min(BUCKETS - 1)
}

/// Counts times.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    buckets: [AtomicU64; BUCKETS],
    /// In nanoseconds.
    sum: AtomicU64,
}

impl Meter {
    pub(crate) fn add(&self, time: Duration) {
        self.buckets[bucket(time)].fetch_add(1, Ordering::Relaxed);
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.sum.fetch_add(nanos, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Histogram {
        let buckets: Vec<u64> = self.buckets.iter().map(|calls| calls.load(Ordering::Relaxed)).collect();
        let sum = Duration::from_nanos(self.sum.load(Ordering::Relaxed));
        Histogram { count: buckets.iter().sum(), buckets, sum }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_what_it_says() {
        for (nanos, expected) in
            [(0, 0), (999, 0), (1_000, 1), (1_999, 1), (2_000, 2), (3_999, 2), (4_000, 3), (u64::MAX, 31)]
        {
            let time = Duration::from_nanos(nanos);
            assert_eq!(bucket(time), expected, "{time:?}");
            assert!(time >= lower(expected), "{time:?}");
            assert!(expected == BUCKETS - 1 || time < lower(expected + 1), "{time:?}");
        }
    }

    #[test]
    fn estimates_lie_in_the_bucket_of_the_call() {
        let meter = Meter::default();
        assert_eq!(meter.read().p99(), Duration::ZERO);
        (0..90).for_each(|_| meter.add(Duration::from_micros(10)));
        (0..10).for_each(|_| meter.add(Duration::from_millis(10)));
        let read = meter.read();
        assert_eq!((read.count, read.sum), (100, Duration::from_micros(100_900)));
        assert!((8..16).contains(&read.p50().as_micros()), "{read}");
        assert!((8..=16).contains(&read.p90().as_micros()), "{read}");
        assert!((8_192..16_384).contains(&read.p99().as_micros()), "{read}");
        assert_eq!(read.mean(), Duration::from_micros(1_009));
    }
}
