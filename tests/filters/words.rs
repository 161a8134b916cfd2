//! What is random in the rows and the conditions.

use ominipg_test_support::Random;

/// A short word; some have what patterns and paths give a meaning to.
pub(crate) fn word(random: &mut Random) -> String {
    (*random.choose(&["a", "ab", "abc", "b", "bc", "c", "A", "a%", "a_c", "a.b", "", "b\\", "'"])).to_owned()
}

/// The seed that was asked for, else one that differs each time.
pub(crate) fn seed() -> u64 {
    let asked = std::env::var("OMINIPG_FILTERS_SEED").ok().and_then(|text| text.parse().ok());
    asked.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(1, |since| since.as_nanos() as u64)
    })
}
