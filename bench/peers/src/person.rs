//! The people and notes that are read and changed, as in `bench/orms`.

/// The people.
pub const PEOPLE: i64 = 1_000;

/// What each of them wrote.
pub const NOTES: i64 = 10;

/// The keys of the people, a prime apart, so that neighbours in time are not neighbours in the table.
pub fn id(turn: usize) -> i64 {
    turn as i64 * 7_919 % PEOPLE
}
