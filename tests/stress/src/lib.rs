//! Embedded databases under stress. Each test has a short form, which takes seconds, and a long one:
//!
//! ```sh
//! cargo test -p ominipg-stress                                                     # all of them, short
//! cargo test --release -p ominipg-stress --test databases -- --nocapture           # a hundred databases, their memory
//! OMINIPG_STRESS_STATEMENTS=1000000 \
//!     cargo test --release -p ominipg-stress --test statements -- --nocapture      # memory over a million statements
//! OMINIPG_STRESS_ROWS=50000000 \
//!     cargo test --release -p ominipg-stress --test streams -- --nocapture         # memory while results go by
//! OMINIPG_STRESS_SECONDS=600 \
//!     cargo test --release -p ominipg-stress --test sessions -- --nocapture        # sixteen sessions for ten minutes
//! OMINIPG_STRESS_SECONDS=600 \
//!     cargo test --release -p ominipg-runtime --lib frames -- --nocapture          # the protocol's messages
//! ```
//!
//! What is random follows a seed, which is printed; `OMINIPG_STRESS_SEED` repeats it.

mod prepare;
mod process;
mod watchdog;

pub use self::prepare::{is_preparing, prepare};
pub use self::process::{resident, threads};
pub use self::watchdog::Watchdog;
pub use ominipg_test_support::Random;

/// The number in an environment variable; `None` where there is none.
///
/// # Panics
///
/// Where it is not a number.
pub fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} must be a number, and is {text:?}")))
}

/// The seed for what is random: the one that was asked for, else one that differs each time.
pub fn seed() -> u64 {
    let seed = number("OMINIPG_STRESS_SEED").unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(0, |now| now.as_micros() as u64)
    });
    println!("OMINIPG_STRESS_SEED={seed}");
    seed
}
