//! Ends that a push has beside the good one.

use bytes::Bytes;

use super::super::{
    Acknowledged, BadImage, Command, Event, Limits, Local, Outcome, Push, RawChange, ReplicaId, Report,
};
use super::random::Random;
use super::replica::{Replica, Wall};
use super::run::sync;
use super::server::Server;

const NOW: u64 = 1_700_000_000_000;

fn replica(transactions: usize) -> Replica {
    let (mut random, mut fresh) = (Random::new(4), 0);
    let mut replica = Replica::new(ReplicaId::new(1).expect("it is not zero"), Wall::Right);
    (0..transactions).for_each(|_| replica.transaction(&mut random, NOW, &mut fresh));
    replica
}

fn finished(command: Command) -> Report {
    let Command::Finish(report) = command else { panic!("{command:?}") };
    *report
}

/// A push that has heard that the ledger has nothing of the replica.
fn begun(local: &Local, limits: Limits) -> (Push, Command) {
    let (mut push, first) = Push::new(local.clone(), limits);
    assert!(matches!(first, Command::ReadLedger { .. }));
    let next = push.handle(Event::Ledger { mark: None, now_ms: NOW });
    (push, next)
}

#[test]
fn a_change_that_cannot_be_read_ends_it() {
    let replica = replica(2);
    let (mut push, _) = begun(&replica.local, Limits::default());
    let mut changes = replica.log.clone();
    changes[0] = RawChange { new: Some(Bytes::from_static(b"?")), ..changes[0].clone() };
    let report = finished(push.handle(Event::Changes { changes, more: false }));
    let cut_off = |why: &BadImage| matches!(why, BadImage::CutOff { .. } | BadImage::Fields { .. });
    assert!(matches!(report.outcome, Outcome::BadChange { after: 0, why } if cut_off(&why)));
}

#[test]
fn what_answers_nothing_ends_it() {
    let replica = replica(1);
    let (mut push, _) = begun(&replica.local, Limits::default());
    assert_eq!(finished(push.handle(Event::Noted)).outcome, Outcome::OutOfTurn);
    assert_eq!(finished(push.handle(Event::LostRace)).outcome, Outcome::OutOfTurn, "also after its end");
}

#[test]
fn who_always_comes_second_gives_up() {
    let replica = replica(1);
    let (mut push, mut command) = Push::new(replica.local.clone(), Limits::default());
    let mut applied = 0;
    loop {
        let event = match command {
            Command::ReadLocal => Event::Local(replica.local.clone()),
            Command::ReadLedger { .. } => Event::Ledger { mark: None, now_ms: NOW },
            Command::ReadChanges { .. } => Event::Changes { changes: replica.log.clone(), more: false },
            Command::Apply(_) => {
                applied += 1;
                Event::LostRace
            }
            other => {
                assert_eq!(finished(other).outcome, Outcome::Raced);
                break;
            }
        };
        command = push.handle(event);
    }
    assert_eq!(applied, 5);
}

#[test]
fn a_transaction_is_read_to_its_end_and_pushed_at_once() {
    let mut replica = replica(5);
    // All of it one transaction, read a change at a time.
    replica.log.iter_mut().for_each(|change| change.tx = 1);
    let limits = Limits { rows: 1, bytes: 1 };
    let (mut push, mut command) = begun(&replica.local, limits);
    let mut reads = 0;
    let batch = loop {
        match command {
            Command::ReadChanges { after, through, rows, .. } => {
                reads += 1;
                let (changes, more) = replica.read(after, through, rows);
                command = push.handle(Event::Changes { changes, more });
            }
            Command::Apply(batch) => break batch,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((batch.changes.len(), batch.transactions.len()), (replica.log.len(), 1));
    assert_eq!(reads, replica.log.len());
}

#[test]
fn a_server_that_was_set_back_too_far_is_not_guessed_at() {
    let mut replica = replica(3);
    let mut server = Server::new();
    for _ in 0..2 {
        sync(0, &mut replica, &mut server, Limits { rows: 1, bytes: 1 << 20 }, NOW).expect("it goes");
    }
    assert!(replica.local.mark.batch_no > 1);
    replica.local.history.retain(|mark| mark.batch_no == replica.local.mark.batch_no);
    let (mut push, _) = Push::new(replica.local.clone(), Limits::default());
    let report = finished(push.handle(Event::Ledger { mark: None, now_ms: NOW }));
    assert_eq!(report.outcome, Outcome::OutOfReach);
}

#[test]
fn a_lost_answer_is_told_as_such() {
    let mut replica = replica(3);
    let mut server = Server::new();
    let before = replica.clone();
    sync(0, &mut replica, &mut server, Limits::default(), NOW).expect("it goes");
    let ledger = server.ledger(replica.local.replica);
    let (mut push, _) = Push::new(before.local.clone(), Limits::default());
    push.handle(Event::Ledger { mark: ledger, now_ms: NOW });
    let command = push.handle(Event::Changes { changes: before.log.clone(), more: false });
    let Command::Acknowledge { mark, answer: Acknowledged::Lost, .. } = command else {
        panic!("{command:?}")
    };
    assert_eq!(Some(mark), ledger);
}

#[test]
fn what_the_server_has_forgotten_is_not_taken_for_the_same() {
    let (mut first, mut server) = (replica(6), Server::new());
    let second = first.clone();
    sync(0, &mut first, &mut server, Limits { rows: 1, bytes: 1 << 20 }, NOW).expect("it goes");
    let name = first.local.replica;
    for forgotten in [false, true] {
        let (mut push, _) = Push::new(second.local.clone(), Limits::default());
        let command = push.handle(Event::Ledger { mark: server.ledger(name), now_ms: NOW });
        let Command::ReadPushed { replica, from } = command else { panic!("{command:?}") };
        let mut pushed = server.pushed(replica, from);
        if forgotten {
            pushed.remove(2);
        }
        assert!(matches!(push.handle(Event::Pushed(pushed)), Command::ReadChanges { .. }));
        match push.handle(Event::Changes { changes: second.log.clone(), more: false }) {
            Command::Acknowledge { .. } => assert!(!forgotten),
            Command::Become { local, .. } => {
                assert!(forgotten && local.replica != name);
                // The first two batches are the same, and are known.
                assert_eq!(local.mark.high_seq, server.pushed(name, 2)[0].mark.high_seq);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn changes_that_are_gone_are_not_pushed_by_half() {
    let (mut replica, mut server) = (replica(4), Server::new());
    let limits = Limits { rows: 1, bytes: 1 << 20 };
    sync(0, &mut replica, &mut server, limits, NOW).expect("it goes");
    for gone in [1, usize::MAX] {
        let (mut push, _) = Push::new(replica.local.clone(), limits);
        let command = push.handle(Event::Ledger { mark: None, now_ms: NOW });
        assert!(matches!(command, Command::MoveTo { .. }));
        let Command::ReadChanges { after, through, .. } = push.handle(Event::Noted) else {
            panic!("no read")
        };
        let (mut changes, _) = replica.read(after, through, usize::MAX);
        changes.drain(..gone.min(changes.len()));
        let report = finished(push.handle(Event::Changes { changes, more: false }));
        assert_eq!(report.outcome, Outcome::OutOfReach);
    }
}
