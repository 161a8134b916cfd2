//! Finds the variables in a build of PostgreSQL: what changes from nothing to something when a session gets something,
//! and without which the session has it no more. Run it when the engine's crate changes, and write down what it prints:
//!
//! `cargo test -p ominipg-runtime --lib find_variables -- --ignored --nocapture`

use std::sync::Arc;

use crate::embedded::artefacts::{self, Artefacts, POSTGRES};
use crate::embedded::backend::{Backend, Means};
use crate::embedded::extensions::Library;
use crate::embedded::frames;
use crate::embedded::open::complete;
use crate::embedded::variables::Values;

/// A session that got something.
struct Probe {
    name: &'static str,
    /// What gives it.
    gives: fn(&mut Backend),
    /// Whether the session has it.
    has: fn(&mut Backend) -> bool,
}

fn ask(backend: &mut Backend, sql: &str) -> Result<String, String> {
    let rows = complete(backend.query(sql)).map_err(|error| error.to_string())?;
    Ok(rows.first().and_then(|row| row.first()?.clone()).unwrap_or_default())
}

fn parse(backend: &mut Backend) {
    let messages = [frames::message_of(b'P', b"\0SELECT 1\0\0\0"), frames::message_of(b'S', b"")].concat();
    complete(backend.exchange(&messages)).expect("it parses");
}

fn has_unnamed(backend: &mut Backend) -> bool {
    let messages = [frames::message_of(b'D', b"S\0"), frames::message_of(b'S', b"")].concat();
    let answer = complete(backend.exchange(&messages)).expect("it answers");
    frames::refusal(&answer).is_none()
}

const PROBES: [Probe; 6] = [
    Probe {
        name: "prepared_queries",
        gives: |backend| drop(ask(backend, "PREPARE p AS SELECT 1")),
        has: |backend| ask(backend, "SELECT count(*) FROM pg_prepared_statements").is_ok_and(|n| n == "1"),
    },
    Probe { name: "unnamed_stmt_psrc", gives: parse, has: has_unnamed },
    Probe {
        name: "seqhashtab",
        gives: |backend| {
            ask(backend, "CREATE SEQUENCE s").unwrap();
            ask(backend, "SELECT nextval('s')").unwrap();
        },
        has: |backend| ask(backend, "SELECT currval('s')").is_ok(),
    },
    Probe {
        name: "last_used_seq",
        gives: |backend| {
            ask(backend, "CREATE SEQUENCE s").unwrap();
            ask(backend, "SELECT nextval('s')").unwrap();
        },
        has: |backend| ask(backend, "SELECT lastval()").is_ok(),
    },
    Probe {
        name: "myTempNamespace",
        gives: |backend| drop(ask(backend, "CREATE TEMP TABLE t (n int)")),
        has: |backend| ask(backend, "SELECT pg_my_temp_schema()").is_ok_and(|oid| oid != "0"),
    },
    Probe {
        name: "listenChannels",
        gives: |backend| drop(ask(backend, "LISTEN x")),
        has: |backend| ask(backend, "SELECT count(*) FROM pg_listening_channels()").is_ok_and(|n| n == "1"),
    },
];

fn copy(artefacts: &Arc<Artefacts>) -> Backend {
    let started = artefacts.started().expect("the cache holds a started engine");
    complete(Backend::copy(Arc::clone(artefacts), started, Library::default(), Means::default()))
        .expect("it is copied")
}

#[test]
#[ignore = "a tool for a new build of the engine"]
fn find_variables() {
    let artefacts = artefacts::shared().expect("the engine is there");
    let (_, placement) = artefacts.module(POSTGRES).expect("it has PostgreSQL").expect("it loads");
    let end = 4096 + placement.memory_size;
    for probe in PROBES {
        let mut backend = copy(&artefacts);
        ask(&mut backend, "SELECT 1").expect("it answers");
        let before = backend.words(end);
        (probe.gives)(&mut backend);
        let after = backend.words(end);
        let changed: Vec<usize> = (0..before.len()).filter(|&at| before[at] == 0 && after[at] != 0).collect();
        println!("{}: {} candidates", probe.name, changed.len());
        for at in changed {
            let address = at as u32 * 4;
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let mut backend = copy(&artefacts);
                ask(&mut backend, "SELECT 1").expect("it answers");
                (probe.gives)(&mut backend);
                let value = backend.word(address);
                assert!((probe.has)(&mut backend), "it has it at first");
                backend.set_word(address, 0);
                let without = !(probe.has)(&mut backend);
                backend.set_word(address, value);
                if without {
                    println!("   without {address} it is gone");
                }
                without && (probe.has)(&mut backend)
            }));
            if let Ok(true) = outcome {
                println!("  {} is at {address} (value {})", probe.name, after[at]);
            }
        }
    }
    let mut backend = copy(&artefacts);
    ask(&mut backend, "CREATE TEMP TABLE t (n text)").expect("it creates");
    let toast: u32 = ask(&mut backend, "SELECT oid FROM pg_namespace WHERE nspname LIKE 'pg_toast_temp%'")
        .unwrap()
        .parse()
        .unwrap();
    let words = backend.words(end);
    for (at, _) in words.iter().enumerate().filter(|(_, word)| **word == toast) {
        println!("myTempToastNamespace may be at {}: around {:?}", at * 4, &words[at - 6..at + 8]);
    }
    for name in ["idle_in_transaction_session_timeout", "idle_session_timeout", "transaction_timeout"] {
        let mut backend = copy(&artefacts);
        ask(&mut backend, &format!("SET {name} = 123456789")).expect("it sets");
        let words = backend.words(end);
        for (at, _) in words.iter().enumerate().filter(|(_, word)| **word == 123_456_789) {
            println!("{name} may be at {}", at * 4);
        }
    }
    // Bytes that a change of the temporary schema must clear: they tell that the search path is computed.
    let mut backend = copy(&artefacts);
    ask(&mut backend, "SELECT 1 FROM pg_class LIMIT 1").expect("it answers");
    let valid = backend.words(end);
    ask(&mut backend, "CREATE SCHEMA other").expect("it creates");
    let invalid = backend.words(end);
    for at in (0..valid.len())
        .filter(|&at| valid[at] != invalid[at] && (valid[at] ^ invalid[at]) & !0x0101_0101 == 0)
    {
        println!("a flag at {}: {:08x} {:08x}", at * 4, valid[at], invalid[at]);
    }
}

/// Finds `TransactionTimeoutPending`: the timer's signal sets it.
#[test]
#[ignore = "a tool for a new build of the engine"]
fn find_transaction_timeout() {
    let artefacts = artefacts::shared().expect("the engine is there");
    let (_, placement) = artefacts.module(POSTGRES).expect("it has PostgreSQL").expect("it loads");
    let end = 4096 + placement.memory_size;
    let mut backend = copy(&artefacts);
    ask(&mut backend, "SET transaction_timeout = '1ms'").expect("it sets");
    ask(&mut backend, "BEGIN").expect("it begins");
    std::thread::sleep(std::time::Duration::from_millis(5));
    let before = backend.words(end);
    complete(backend.alarm()).expect("it is told");
    let after = backend.words(end);
    for at in (0..before.len()).filter(|&at| before[at] == 0 && after[at] == 1) {
        println!("TransactionTimeoutPending may be at {}", at * 4);
    }
    for name in ["InterruptPending", "QueryCancelPending", "ProcDiePending"] {
        println!("{name} is at {:?}", backend.address(name));
    }
}

/// Finds `before_shmem_exit_index`: it counts each session that makes its first temporary table, to no more than twenty.
#[test]
#[ignore = "a tool for a new build of the engine"]
fn find_exit_index() {
    let artefacts = artefacts::shared().expect("the engine is there");
    let (_, placement) = artefacts.module(POSTGRES).expect("it has PostgreSQL").expect("it loads");
    let mut backend = copy(&artefacts);
    ask(&mut backend, "SELECT 1").expect("it answers");
    let mut states = vec![backend.words(4096 + placement.memory_size)];
    for number in 0..4 {
        // As another session: no temporary schema yet.
        Values::take(&mut backend.guest()).expect("they are there");
        ask(&mut backend, &format!("CREATE TEMP TABLE t{number} ()")).expect("it creates");
        states.push(backend.words(4096 + placement.memory_size));
    }
    for at in 0..states[0].len() {
        let first = states[0][at];
        if first >= 20 || states.iter().zip(first..).any(|(words, wanted)| words[at] != wanted) {
            continue;
        }
        let mut backend = copy(&artefacts);
        let all = (0..40).all(|number| {
            Values::take(&mut backend.guest()).expect("they are there");
            let made = ask(&mut backend, &format!("CREATE TEMP TABLE t{number} ()")).is_ok();
            backend.set_word(at as u32 * 4, first);
            made
        });
        if all {
            println!("before_shmem_exit_index is at {} (value {first})", at * 4);
        }
    }
}

/// Finds the hash tables that hold what outlives transactions: their numbers of entries are those of what a session holds.
#[test]
#[ignore = "a tool for a new build of the engine"]
fn find_tables() {
    let artefacts = artefacts::shared().expect("the engine is there");
    let (_, placement) = artefacts.module(POSTGRES).expect("it has PostgreSQL").expect("it loads");
    let end = 4096 + placement.memory_size;
    let probes = [
        ("LockMethodLocalHash", "SELECT pg_advisory_lock({})"),
        ("PortalHashTable", "DECLARE held_{} CURSOR WITH HOLD FOR SELECT 1"),
    ];
    for (name, gives) in probes {
        let mut backend = copy(&artefacts);
        ask(&mut backend, "SELECT 1").expect("it answers");
        let tables: Vec<(u32, u32)> =
            backend.words(end).into_iter().enumerate().map(|(at, word)| (at as u32 * 4, word)).collect();
        let word = |backend: &mut Backend, table: u32, offset: u32| {
            let guest = backend.guest();
            let header = guest.read_u32(table).ok()?;
            guest.read_u32(header.checked_add(offset)?).ok()
        };
        let mut candidates: Vec<(u32, u32, u32)> = tables
            .into_iter()
            .flat_map(|(at, table)| [4, 8].map(|offset| (at, table, offset)))
            .filter(|(_, table, offset)| word(&mut backend, *table, *offset) == Some(0))
            .collect();
        for held in 1..=5 {
            ask(&mut backend, &gives.replace("{}", &held.to_string())).expect("it gives");
            candidates.retain(|(_, table, offset)| word(&mut backend, *table, *offset) == Some(held));
        }
        println!("{name} may be at {candidates:?}");
    }
}
