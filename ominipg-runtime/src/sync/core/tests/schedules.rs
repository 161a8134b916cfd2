use std::time::Instant;

use super::model::{Stats, schedule};

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(default)
}

#[test]
fn nothing_is_lost_or_doubled_and_all_orders_give_the_same() {
    let (first, count) = (number("OMINIPG_SYNC_SEED", 1), number("OMINIPG_SYNC_SCHEDULES", 500));
    let (start, mut stats) = (Instant::now(), Stats::default());
    for seed in first..first + count {
        if let Err(why) = schedule(seed, &mut stats) {
            panic!("{why}\nOMINIPG_SYNC_SEED={seed} OMINIPG_SYNC_SCHEDULES=1 does it again");
        }
    }
    let rate = count as f64 / start.elapsed().as_secs_f64();
    println!("{count} schedules, {rate:.0} a second: {stats:?}");
    if count >= 100 {
        assert_eq!(stats.missing(), [""; 0], "this many schedules should have had all of it");
    }
}
