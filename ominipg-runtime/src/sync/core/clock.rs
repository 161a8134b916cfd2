/// Milliseconds that a stamp may be ahead of the referee's clock.
pub(crate) const DRIFT_MS: u64 = 5 * 60 * 1000;

/// The greatest number of milliseconds that a time can hold: 48 bits, the year 10889.
const MAX_MS: u64 = (1 << 48) - 1;

/// A time of the hybrid clock: milliseconds since 1970 in the upper 48 bits, a counter in the lower 16.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct HybridTime(u64);

impl HybridTime {
    /// Before every other.
    pub(crate) const ZERO: Self = Self(0);

    /// From its 64 bits.
    pub(crate) const fn new(bits: u64) -> Self {
        Self(bits)
    }

    /// The first time of a millisecond.
    pub(crate) fn from_ms(ms: u64) -> Self {
        Self(ms.min(MAX_MS) << 16)
    }

    /// Its 64 bits.
    pub(crate) const fn get(self) -> u64 {
        self.0
    }

    /// Its millisecond.
    #[cfg(test)]
    pub(crate) const fn ms(self) -> u64 {
        self.0 >> 16
    }
}

/// A clock that follows the wall's but never stands still or goes back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    last: HybridTime,
}

impl Clock {
    /// One whose next time is after `last`.
    pub(crate) fn new(last: HybridTime) -> Self {
        Self { last }
    }

    /// The last time it gave or saw.
    pub(crate) fn last(&self) -> HybridTime {
        self.last
    }

    /// The next time: the wall's, or one after the last where the wall's clock has not moved on.
    pub(crate) fn tick(&mut self, wall_ms: u64) -> HybridTime {
        self.last = HybridTime(self.last.0.saturating_add(1)).max(HybridTime::from_ms(wall_ms));
        self.last
    }

    /// Makes later times come after one that was seen elsewhere.
    pub(crate) fn observe(&mut self, time: HybridTime) {
        self.last = self.last.max(time);
    }

    /// The next time, where a wall clock that runs more than [`DRIFT_MS`] ahead of the referee's counts as the referee's;
    /// and whether that was so.
    ///
    /// What bounds the wall clock before the tick keeps the order: two edits whose clock was years ahead still follow each
    /// other, and both follow what was given before.
    pub(crate) fn bounded(&mut self, wall_ms: u64, referee_ms: u64) -> (HybridTime, bool) {
        let ahead = wall_ms > referee_ms.saturating_add(DRIFT_MS) && !mutant!(NoClamp);
        (self.tick(if ahead { referee_ms } else { wall_ms }), ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_stands_still() {
        let mut clock = Clock::new(HybridTime::ZERO);
        let mut last = HybridTime::ZERO;
        for wall in [10, 10, 9, 0, 11, 5, u64::MAX, 3] {
            let next = clock.tick(wall);
            assert!(next > last || last.get() == u64::MAX, "{last:?} {next:?}");
            last = next;
        }
    }

    #[test]
    fn a_full_counter_moves_the_millisecond() {
        let mut clock = Clock::new(HybridTime::from_ms(5));
        for _ in 0..65_536 {
            clock.tick(5);
        }
        assert_eq!(clock.last(), HybridTime::from_ms(6));
    }

    #[test]
    fn what_runs_ahead_is_bounded_and_keeps_its_order() {
        let year = 365 * 24 * 3600 * 1000;
        let now = 50 * year;
        let mut clock = Clock::new(HybridTime::ZERO);
        let (first, clamped) = clock.bounded(now + 10 * year, now);
        assert!(clamped && first == HybridTime::from_ms(now));
        let (second, clamped) = clock.bounded(now + 9 * year, now);
        assert!(clamped && second > first && second.ms() == now);
        // The clock was put right in between.
        let (third, clamped) = clock.bounded(now - 1000, now);
        assert!(!clamped && third > second);
        let (fourth, clamped) = clock.bounded(now + DRIFT_MS, now);
        assert!(!clamped && fourth == HybridTime::from_ms(now + DRIFT_MS));
        // The referee's clock went back: what is given still follows what was.
        let (fifth, clamped) = clock.bounded(now + 10 * year, now - year);
        assert!(clamped && fifth > fourth);
        clock.observe(HybridTime::from_ms(now + year));
        assert!(clock.tick(0) > HybridTime::from_ms(now + year));
    }
}
