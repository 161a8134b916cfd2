//! A small push, cut after each byte of either direction: one more sync, and all of it has arrived once.
//!
//! Every byte takes minutes, so that this takes each 127th, from another one each time; `OMINIPG_EVERY_BYTE=1` takes them all.

use std::time::{SystemTime, UNIX_EPOCH};

use ominipg_test_support::{Break, Way};
use ominipg_test_sync_crash::{Place, Truth, small};

/// Where the first cut is, and how far apart they are.
fn steps() -> (u64, u64) {
    if std::env::var_os("OMINIPG_EVERY_BYTE").is_some() {
        return (0, 1);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    (u64::from(now.subsec_nanos()) % 127, 127)
}

/// Breaks a push after every n-th byte, until a push has fewer; one on a new connection, or on one that is there.
async fn every_byte(way: Way, what: Break, is_new: bool) {
    let Some(place) = Place::new().await else { return };
    let db = place.open().await;
    let mut truth = Truth::default();
    db.sync().await.unwrap();
    let (first, step) = steps();
    let (mut failed, mut at) = (0, first);
    loop {
        truth.add(&place.direct).await.unwrap();
        small(&db).await.unwrap();
        if is_new {
            place.proxy.cut();
        }
        place.proxy.break_after(way, at, what);
        let broken = db.sync().await;
        let is_over = place.proxy.is_planned();
        if is_new && is_over && broken.is_err() {
            // The push took the old connection, which nobody had seen end yet.
            place.proxy.heal();
            continue;
        }
        assert!(!is_over || broken.is_ok(), "nothing broke, and yet: {broken:?}");
        failed += u32::from(broken.is_err());
        place.proxy.heal();
        truth.add(&place.direct).await.unwrap();
        db.sync().await.unwrap_or_else(|error| panic!("{what:?} {way:?} after {at}: {error}"));
        truth
            .check(&db, &place.direct)
            .await
            .unwrap_or_else(|wrong| panic!("{what:?} {way:?} after {at}: {wrong}"));
        if is_over {
            break;
        }
        at += step;
    }
    println!("{what:?} {way:?}, new connection {is_new}: up to {at} bytes, {failed} pushes failed");
    assert!(failed > 0 && at > 500, "only {failed} of {at} broke a push");
    db.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_the_way_to_the_server() {
    every_byte(Way::ToServer, Break::Cut, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_the_way_back() {
    every_byte(Way::ToClient, Break::Cut, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_the_way_to_the_server_of_a_new_connection() {
    every_byte(Way::ToServer, Break::Cut, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_the_way_back_of_a_new_connection() {
    every_byte(Way::ToClient, Break::Cut, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_direction_ends() {
    every_byte(Way::ToServer, Break::HalfClose, false).await;
}
