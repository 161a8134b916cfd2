//! The peers take turns.

use std::time::Duration;

use crate::Result;
use crate::child::{self, Served};
use crate::operation::{Operation, median};
use crate::options::Options;
use crate::peer::Peer;

/// The median time of each operation (outer) with each peer (inner), over the rounds' medians.
pub fn times(peers: &[(Peer, String)], options: &Options) -> Result<Vec<Vec<Duration>>> {
    let serve = |(peer, place): &(Peer, String)| Served::start(*peer, place, &options.flights);
    let mut served: Vec<Served> = peers.iter().map(serve).collect::<Result<_>>()?;
    let mut rounds = vec![vec![Vec::new(); peers.len()]; Operation::ALL.len()];
    for round in 0..options.rounds {
        eprintln!("round {} of {}", round + 1, options.rounds);
        for (operation, times) in Operation::ALL.into_iter().zip(&mut rounds) {
            for turn in 0..peers.len() {
                // Another one begins in each round.
                let at = (turn + round) % peers.len();
                let (peer, place) = &peers[at];
                let calls = operation.calls(options.quick);
                let in_new_processes = |place: &str| -> Result<Vec<(Duration, Duration)>> {
                    (0..calls).map(|_| child::fresh(*peer, place)).collect()
                };
                let again = again(*peer, place);
                times[at].push(match operation {
                    Operation::Fresh => {
                        median(in_new_processes(&again)?.into_iter().map(|time| time.0).collect())
                    }
                    Operation::Open if peer.opens_once() => {
                        median(in_new_processes(&again)?.into_iter().map(|time| time.1).collect())
                    }
                    _ => served[at].time(operation, calls)?,
                });
            }
        }
    }
    served.into_iter().try_for_each(Served::close)?;
    Ok(rounds.into_iter().map(|peers| peers.into_iter().map(median).collect()).collect())
}

/// Where a peer opens again what was made once, while its first database is open.
pub fn again(peer: Peer, place: &str) -> String {
    if peer == Peer::Folder { format!("{place}-again") } else { place.to_owned() }
}
