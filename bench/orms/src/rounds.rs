use std::time::Duration;

use crate::Result;
use crate::operation::Operation;
use crate::peer::Peer;

/// The times of one operation.
pub struct Rounds {
    operation: Operation,
    /// How long a caller rests before each call, so that who answers sleeps too.
    rest: Duration,
    /// The median of each round, for each peer.
    medians: [Vec<Duration>; Self::PEERS],
}

impl Rounds {
    /// How many take turns.
    pub const PEERS: usize = 5;

    /// None yet.
    pub fn new(operation: Operation, rest: Duration) -> Self {
        Self { operation, rest, medians: Default::default() }
    }

    /// Lets a peer have its turn in a round, of which the first does not count.
    pub async fn add(&mut self, place: usize, round: usize, peer: &mut impl Peer) -> Result<()> {
        let calls = self.operation.calls();
        let mut times = Vec::with_capacity(calls);
        // The first call prepares the statement.
        self.operation.time(peer, round * calls, self.extra(round, place)).await?;
        for turn in round * calls..(round + 1) * calls {
            if !self.rest.is_zero() {
                tokio::time::sleep(self.rest).await;
            }
            times.push(self.operation.time(peer, turn, turn * Self::PEERS + place).await?);
        }
        if round > 0 {
            self.medians[place].push(median(times));
        }
        Ok(())
    }

    /// The number of a call beside those that are timed.
    fn extra(&self, round: usize, place: usize) -> usize {
        10_000_000 + round * Self::PEERS + place
    }

    /// The median of the rounds' medians.
    pub fn time(&self, peer: usize) -> Duration {
        median(self.medians[peer].clone())
    }

    /// The median of how many times another peer's figure a peer's is, round by round.
    pub fn ratio(&self, peer: usize, to: usize) -> f64 {
        let rounds = self.medians[peer].iter().zip(&self.medians[to]);
        let mut ratios: Vec<f64> =
            rounds.map(|(one, other)| one.as_secs_f64() / other.as_secs_f64()).collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
