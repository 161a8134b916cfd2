//! A test that does not notice a fault is no test: each fault that can be switched on must be noticed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::super::mutant::{Mutant, with};
use super::model::{Stats, schedule};

/// Within how many schedules each must be noticed.
const ENOUGH: u64 = 1000;

#[test]
fn every_mutant_is_killed() {
    let mut alive = Vec::new();
    for mutant in Mutant::ALL {
        match (1..=ENOUGH).find_map(|seed| killed(mutant, seed)) {
            Some(why) => println!("{mutant:?}: {}", why.lines().next().unwrap_or_default()),
            None => alive.push(mutant),
        }
    }
    assert_eq!(alive, [], "nobody noticed these");
}

fn killed(mutant: Mutant, seed: u64) -> Option<String> {
    let run = AssertUnwindSafe(|| with(Some(mutant), || schedule(seed, &mut Stats::default())));
    match catch_unwind(run) {
        Ok(result) => result.err(),
        Err(_) => Some(format!("schedule {seed}: it panicked")),
    }
}
