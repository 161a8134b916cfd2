//! What comes over the wire, byte by byte, from clients that are none or behave badly.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{locked, open};
use crate::serve::Server;

async fn socket(server: &Server) -> TcpStream {
    TcpStream::connect(server.local_addr().expect("it has an address")).await.expect("it listens")
}

/// What the server says to `bytes` until it ends the connection; the client sends no more.
async fn says(server: &Server, bytes: &[u8]) -> String {
    let mut socket = socket(server).await;
    socket.write_all(bytes).await.expect("it reads");
    socket.shutdown().await.expect("it reads to the end");
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.expect("it ends in order");
    String::from_utf8_lossy(&answer).into_owned()
}

fn startup(version: u32, parameters: &str) -> Vec<u8> {
    let length = u32::try_from(parameters.len() + 9).expect("it is short");
    [&length.to_be_bytes()[..], &version.to_be_bytes(), parameters.as_bytes(), b"\0"].concat()
}

#[tokio::test]
async fn malformed_bytes_are_told_so() {
    let server = open(locked()).await;
    let refused = [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
        vec![0xFF; 100],
        vec![0, 0, 0, 7, 0, 3, 0],
        vec![0, 0, 0, 9, 0, 3, 0, 0, b'u'],
        vec![0, 0, 1, 0, 0, 3, 0, 0],
        // A TLS client that does not ask first.
        vec![0x16, 3, 1, 0, 200, 1],
    ];
    for bytes in refused {
        let answer = says(&server, &bytes).await;
        assert!(
            answer.starts_with('E') && answer.contains("SFATAL\0VFATAL\0C08P01\0M"),
            "{bytes:?}: {answer:?}"
        );
        assert!(answer.ends_with("\0\0"), "{answer:?}");
    }
    assert!(says(&server, &startup(2 << 16, "user\0ada\0")).await.contains("C0A000"));
    assert!(says(&server, &startup(3 << 16, "database\0ada\0")).await.contains("C28000"));
    assert_eq!(says(&server, b"").await, "");
    assert_eq!(says(&server, b"\0\0").await, "");
}

#[tokio::test]
async fn bad_answers_to_the_password_question_are_told_so() {
    let server = open(locked()).await;
    let hello = startup(3 << 16, "user\0postgres\0");
    let answer = |kind: u8, body: &[u8]| {
        let length = u32::try_from(body.len() + 4).expect("it is short").to_be_bytes();
        [&hello[..], &[kind], &length, body].concat()
    };
    for bytes in [
        answer(b'Q', b"SELECT 1\0"),
        answer(b'p', b"a password\0"),
        answer(b'p', b"SCRAM-SHA-256-PLUS\0\0\0\0\0"),
        answer(b'p', b"SCRAM-SHA-256\0\xFF\xFF\xFF\xFF"),
        answer(b'p', b"SCRAM-SHA-256\0\0\0\0\x03n,,"),
        answer(b'p', &[0; 2000]),
        [&hello[..], b"p\xFF\xFF\xFF\xFF"].concat(),
        [&hello[..], b"p\0\0\0\x03"].concat(),
    ] {
        let answer = says(&server, &bytes).await;
        assert!(answer.contains("SCRAM-SHA-256\0\0E") && answer.contains("C08P01"), "{bytes:?}: {answer:?}");
    }
}

#[tokio::test]
async fn encryption_is_denied_once_each() {
    let server = open(locked()).await;
    let ssl = [0, 0, 0, 8, 4, 210, 22, 47];
    let gss = [0, 0, 0, 8, 4, 210, 22, 48];
    let hello = startup(3 << 16, "user\0postgres\0");
    let answer = says(&server, &[&ssl[..], &gss, &hello].concat()).await;
    assert!(answer.starts_with("NNR"), "{answer:?}");
    let answer = says(&server, &[&gss[..], &gss].concat()).await;
    assert!(answer.starts_with("NE") && answer.contains("C08P01"), "{answer:?}");
}

#[tokio::test]
async fn newer_protocols_are_negotiated() {
    let server = open(locked()).await;
    let answer = says(&server, &startup(3 << 16 | 9999, "user\0postgres\0_pq_.grease\0on\0")).await;
    assert!(answer.starts_with("v\0\0\0\u{18}\0\u{3}\0\u{2}\0\0\0\u{1}_pq_.grease\0R"), "{answer:?}");
    let answer = says(&server, &startup(3 << 16 | 2, "user\0postgres\0")).await;
    assert!(answer.starts_with('R'), "{answer:?}");
}

#[tokio::test]
async fn replicas_are_not_served() {
    let server = open("127.0.0.1:0").await;
    let answer = says(&server, &startup(3 << 16, "user\0postgres\0replication\0true\0")).await;
    assert!(answer.contains("C0A000"), "{answer:?}");
}

#[tokio::test]
async fn cancel_requests_need_no_password_and_get_no_answer() {
    let server = open(locked()).await;
    for secret in [&[1, 2, 3, 4][..], &[9; 32]] {
        let length = u32::try_from(12 + secret.len()).expect("it is short").to_be_bytes();
        let request = [&length[..], &80_877_102_u32.to_be_bytes(), &i32::MAX.to_be_bytes(), secret].concat();
        assert_eq!(says(&server, &request).await, "");
    }
}

#[tokio::test]
async fn who_takes_too_long_is_sent_away() {
    let server = open(locked().authentication_timeout(Duration::from_millis(50))).await;
    let mut socket = socket(&server).await;
    socket.write_all(&startup(3 << 16, "user\0postgres\0")).await.expect("it reads");
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.expect("it ends in order");
    assert!(String::from_utf8_lossy(&answer).contains("C57014"), "{answer:?}");
}
