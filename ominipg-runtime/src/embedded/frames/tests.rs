//! Properties of the messages: each is tried with some hundred inputs, or for as many seconds as
//! `OMINIPG_STRESS_SECONDS` says.

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};

use super::*;

/// How many inputs are tried at once.
const CASES: u32 = 512;

fn check<S: Strategy>(strategy: S, property: impl Fn(S::Value) -> TestCaseResult) {
    let seconds = std::env::var("OMINIPG_STRESS_SECONDS").ok().filter(|text| !text.is_empty());
    let seconds = seconds.map_or(0, |text| text.parse().expect("OMINIPG_STRESS_SECONDS is a number"));
    let (limit, start) = (Duration::from_secs(seconds), Instant::now());
    let mut rounds = 0_u64;
    loop {
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        if let Err(error) = TestRunner::new(config).run(&strategy, &property) {
            panic!("{error}");
        }
        rounds += 1;
        if start.elapsed() >= limit {
            break;
        }
    }
    println!("{} inputs in {:?}", rounds * u64::from(CASES), start.elapsed());
}

/// A message of any kind, most often of one that is looked into.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let kind = prop_oneof![Just(b'D'), Just(b'E'), Just(b'S'), Just(b'C'), any::<u8>()];
    let other = (kind, vec(any::<u8>(), 0..40))
        .prop_filter("ReadyForQuery has a body of its own", |(kind, _)| *kind != b'Z')
        .prop_map(|(kind, body)| message_of(kind, &body));
    let ready =
        prop_oneof![Just(b'I'), Just(b'T'), Just(b'E')].prop_map(|status| message_of(b'Z', &[status]));
    prop_oneof![3 => other, 1 => ready]
}

/// A message that a client may send.
fn request() -> impl Strategy<Value = Vec<u8>> {
    let kinds = prop::sample::select(b"BCDEFHPQSXcdf".as_slice());
    (kinds, vec(any::<u8>(), 0..40)).prop_map(|(kind, body)| message_of(kind, &body))
}

/// Bytes of any kind: noise, and messages whose lengths are often wrong.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let length = prop_oneof![3 => 0_u32..24, 1 => any::<u32>()];
    let kind = prop_oneof![prop::sample::select(b"DEZSQPXd".as_slice()), any::<u8>()];
    let wrong = (kind, length, vec(any::<u8>(), 0..24)).prop_map(|(kind, length, body)| {
        let mut bytes = vec![kind];
        bytes.extend(length.to_be_bytes());
        bytes.extend(body);
        bytes
    });
    let piece = prop_oneof![message(), request(), wrong, vec(any::<u8>(), 0..24)];
    vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Where a stream is cut, in parts of its length.
fn cuts() -> impl Strategy<Value = Vec<prop::sample::Index>> {
    vec(any::<prop::sample::Index>(), 0..12)
}

/// The stream in pieces.
fn pieces<'a>(stream: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
    places.extend([0, stream.len()]);
    places.sort_unstable();
    places.windows(2).map(|ends| &stream[ends[0]..ends[1]]).collect()
}

/// What a follower makes of pieces: the last status, and whether the stream ends with it.
fn follow(pieces: &[&[u8]]) -> Option<(u8, bool)> {
    let mut follower = Follower::default();
    let mut last = None;
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        last = match follower.follow(piece) {
            Some(ready) => Some(ready),
            None => last.map(|(status, _)| (status, false)),
        };
    }
    last
}

#[test]
fn no_bytes_are_too_strange() {
    check((noise(), cuts()), |(bytes, cuts)| {
        // Each gives something or nothing; all come to an end.
        let _ = first(&bytes);
        let whole: usize = all(&bytes).map(|(_, whole)| whole.len()).sum();
        prop_assert!(whole <= bytes.len());
        prop_assert!(rows(&bytes).count() <= bytes.len());
        let _ = refusal(&bytes).map(|refusal| fatal(&refusal));
        prop_assert_eq!(
            follow(&pieces(&bytes, &cuts)).map(|(status, _)| status),
            follow(&[&bytes]).map(|(status, _)| status)
        );
        Ok(())
    });
}

#[test]
fn messages_are_followed_however_they_are_cut() {
    check((vec(message(), 0..12), cuts()), |(messages, cuts)| {
        let stream = messages.concat();
        let last = messages.iter().rposition(|message| message[0] == b'Z');
        let wanted = last.map(|place| (messages[place][HEADER], place + 1 == messages.len()));
        prop_assert_eq!(follow(&pieces(&stream, &cuts)), wanted);
        let found: Vec<&[u8]> = all(&stream).map(|(_, whole)| whole).collect();
        prop_assert_eq!(found, messages.iter().map(Vec::as_slice).collect::<Vec<_>>());
        Ok(())
    });
}

#[test]
fn what_is_not_whole_is_not_a_message() {
    check((vec(message(), 1..6), any::<prop::sample::Index>()), |(messages, cut)| {
        let stream = messages.concat();
        let cut = &stream[..cut.index(stream.len())];
        let mut left = cut.len();
        for ((_, found), message) in all(cut).zip(&messages) {
            prop_assert_eq!(found, message.as_slice());
            left -= found.len();
        }
        prop_assert!(messages.iter().any(|message| left < message.len()));
        Ok(())
    });
}

#[test]
fn requests_are_found_however_they_come() {
    check((vec(request(), 0..12), cuts()), |(requests, cuts)| {
        let stream = requests.concat();
        let (mut input, mut found, mut start) = (Vec::new(), Vec::new(), 0);
        for piece in pieces(&stream, &cuts) {
            input.extend_from_slice(piece);
            while let Some(frame) =
                first(&input[start..]).map_err(|error| TestCaseError::fail(error.to_string()))?
            {
                prop_assert_eq!(frame.kind, input[start]);
                found.push(input[start..start + frame.len].to_vec());
                start += frame.len;
            }
        }
        prop_assert_eq!(found, requests);
        Ok(())
    });
}

#[test]
fn what_is_malformed_stays_so() {
    check((noise(), any::<prop::sample::Index>()), |(bytes, cut)| {
        let begun = first(&bytes[..cut.index(bytes.len() + 1)]);
        // More bytes complete a message, and change nothing that was said before.
        if begun != Ok(None) {
            prop_assert_eq!(begun, first(&bytes));
        }
        Ok(())
    });
}

#[test]
fn rows_come_back() {
    let value = prop::option::of(".{0,12}");
    check(vec(vec(value, 0..5), 0..5), |wanted| {
        let mut answer = message_of(b'T', b"");
        for row in &wanted {
            let mut body = (row.len() as u16).to_be_bytes().to_vec();
            for value in row {
                let length = value.as_ref().map_or(-1, |value| value.len() as i32);
                body.extend(length.to_be_bytes());
                body.extend(value.iter().flat_map(|value| value.bytes()));
            }
            answer.extend(message_of(b'D', &body));
        }
        prop_assert_eq!(rows(&answer).collect::<Vec<_>>(), wanted);
        prop_assert!(refusal(&answer).is_none());
        Ok(())
    });
}

#[test]
fn errors_come_back() {
    check((vec(message(), 0..4), "[0-9A-Z]{5}", "[^\0]{0,40}", cuts()), |(before, code, text, cuts)| {
        let mut answer: Vec<u8> = before.into_iter().filter(|message| message[0] != b'E').flatten().collect();
        answer.extend(error_response("ERROR", &code, &text, Some("a hint")));
        answer.extend(message_of(b'Z', b"E"));
        let found = refusal(&answer).ok_or_else(|| TestCaseError::fail("no error is found"))?;
        prop_assert_eq!((&found.code, &found.message), (&code, &text));
        prop_assert_eq!(follow(&pieces(&answer, &cuts)), Some((b'E', true)));
        Ok(())
    });
}
