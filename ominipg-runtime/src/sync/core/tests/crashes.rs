//! Every point of a push at which it can die: before a command was done, and after it, with its answer lost.

use super::super::{Limits, ReplicaId, transactions};
use super::random::Random;
use super::replica::{Replica, Wall};
use super::run::{Run, Step, sync};
use super::server::Server;

const NOW: u64 = 1_700_000_000_000;
const LIMITS: Limits = Limits { rows: 6, bytes: 1 << 20 };

/// A replica with much to push, and a server that is somewhere.
struct Scene {
    server: Server,
    replica: Replica,
}

fn changed(replica: &mut Replica, random: &mut Random, transactions: usize, fresh: &mut i64) {
    for _ in 0..transactions {
        replica.transaction(random, NOW, fresh);
    }
}

/// A first push; a push after a lost answer; a server that was set back; a copy of a folder that has gone on by itself.
fn scenes(seed: u64) -> Vec<Scene> {
    let (mut random, mut fresh) = (Random::new(seed), 0);
    let mut server = Server::new();
    let mut replica = Replica::new(ReplicaId::new(7).expect("it is not zero"), Wall::any(&mut random, NOW));
    changed(&mut replica, &mut random, 6, &mut fresh);
    let mut scenes = vec![Scene { server: server.clone(), replica: replica.clone() }];

    sync(0, &mut replica, &mut server, LIMITS, NOW).expect("it goes");
    let backup = server.clone();
    changed(&mut replica, &mut random, 6, &mut fresh);
    let (before, mut copy) = (replica.clone(), replica.clone());
    sync(0, &mut replica, &mut server, LIMITS, NOW).expect("it goes");
    // All answers were lost.
    scenes.push(Scene { server: server.clone(), replica: before });
    changed(&mut replica, &mut random, 2, &mut fresh);
    scenes.push(Scene { server: backup, replica: replica.clone() });
    sync(0, &mut replica, &mut server, LIMITS, NOW).expect("it goes");
    changed(&mut copy, &mut random, 4, &mut fresh);
    scenes.push(Scene { server, replica: copy });
    scenes
}

#[test]
fn a_push_can_die_anywhere() {
    let mut points = 0;
    for seed in 1..=8 {
        for (at, scene) in scenes(seed).iter().enumerate() {
            let (mut server, mut replica) = (scene.server.clone(), scene.replica.clone());
            sync(0, &mut replica, &mut server, LIMITS, NOW).expect("it goes");
            for dies_at in 0.. {
                let mut ended = false;
                for answered in [false, true] {
                    points += 1;
                    ended = dies(scene, dies_at, answered, &server)
                        .unwrap_or_else(|why| panic!("seed {seed}, scene {at}, step {dies_at}: {why}"));
                }
                if ended {
                    break;
                }
            }
        }
    }
    println!("{points} points");
    assert!(points > 500, "there were only {points}");
}

/// Lets a push die, and another one do the rest; whether the first had come to its end.
fn dies(scene: &Scene, dies_at: usize, answered: bool, expected: &Server) -> Result<bool, String> {
    let (mut server, mut replica) = (scene.server.clone(), scene.replica.clone());
    let mut run = Run::new(0, &replica, LIMITS);
    let mut ended = false;
    for step in 0..=dies_at {
        // Dead before the last command, or right after it.
        if step == dies_at && !answered {
            break;
        }
        let deliver = step < dies_at;
        if let Step::Ended(_) = run.step(&mut replica, &mut server, NOW, deliver)? {
            ended = true;
            break;
        }
    }
    sync(0, &mut replica, &mut server, LIMITS, NOW)?;
    let again = sync(0, &mut replica, &mut server, LIMITS, NOW)?;
    if again.batches > 0 {
        return Err("the next push finds something to push".to_owned());
    }
    if server.rows != expected.rows || server.shadows != expected.shadows {
        return Err("the rows are others than without the crash".to_owned());
    }
    let pushed: usize = server.pushed.iter().map(|(_, batch)| batch.trail.len()).sum();
    let expected: usize = expected.pushed.iter().map(|(_, batch)| batch.trail.len()).sum();
    if pushed != expected || transactions(&replica.log).len() > pushed {
        return Err(format!("{pushed} transactions have arrived, and not {expected}"));
    }
    Ok(ended)
}
