use crate::db::NewPerson;

/// The people that are read.
pub const PEOPLE: i64 = 1_000;

/// What each of them wrote.
pub const NOTES: i64 = 10;

/// The rows that are written at once.
pub const MANY: usize = 10_000;

/// Someone new.
pub fn person(id: i64) -> NewPerson {
    NewPerson::new(id, format!("Person {id}"), (id % 90) as i32).email(format!("person{id}@example.com"))
}

/// The keys of the people, a prime apart, so that neighbours in time are not neighbours in the table.
pub fn key(turn: usize) -> i64 {
    (turn as i64 * 7_919) % PEOPLE
}
