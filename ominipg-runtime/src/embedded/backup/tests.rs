use std::io::{Read, Write};
use std::sync::Arc;

use super::frames::{Compressor, Decompressor};
use super::is_kept;
use super::manifest::{CHECKSUMS, FOLDER, MANIFEST};
use super::reader::unpack;
use super::settle::ClusterIdentity;
use crate::embedded::files::image::Image;
use crate::embedded::files::{DATA, MemoryFiles, Tree};
use crate::error::ErrorKind;

const ENGINE: ClusterIdentity = ClusterIdentity { system: 1, layout: 1800, catalog: 7 };

/// An entry of an archive: its name, kind and contents.
type Given<'a> = (&'a str, u8, &'a [u8]);

fn archive(entries: &[Given<'_>]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, kind, contents) in entries {
        let mut header = tar::Header::new_ustar();
        // As a hostile archive has it: the crate itself refuses to write some of these names.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(tar::EntryType::new(*kind));
        header.set_size(contents.len() as u64);
        header.set_cksum();
        builder.append(&header, *contents).expect("memory takes it");
    }
    compress(&builder.into_inner().expect("memory takes it"))
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    let mut compressor = Compressor::new(&mut compressed);
    compressor.write_all(bytes).expect("memory takes it");
    compressor.finish().expect("memory takes it");
    compressed
}

fn manifest(path: &str, postgres: u32, catalog: u32, format: u32) -> Vec<u8> {
    let manifest = serde_json::json!({
        "format": format, "postgres": postgres, "catalog": catalog, "control": 1800, "engine": "1", "ominipg": "0.0.9",
        "system_identifier": "1", "created": "now", "entries": [{ "path": path, "size": 4 }],
    });
    manifest.to_string().into_bytes()
}

fn refusal(backup: &[u8]) -> String {
    let image = Image::from_tar(Vec::new()).expect("nothing is an archive");
    let mut files = MemoryFiles::new(Arc::new(image));
    files.create_directory(DATA).expect("it is created");
    let refused = unpack(backup, ENGINE, &mut Tree::new(files, None)).expect_err("it must be refused");
    assert_eq!(refused.kind(), ErrorKind::Backup, "{refused}");
    refused.to_string()
}

#[test]
fn frames_come_back_whatever_their_number() {
    for len in [0, 1, 1024 * 1024, 2_500_000] {
        let bytes: Vec<u8> = (0..len).map(|n: usize| (n / 7 % 251) as u8).collect();
        let mut back = Vec::new();
        Decompressor::new(&compress(&bytes)[..]).read_to_end(&mut back).expect("it is whole");
        assert!(back == bytes, "{len} bytes");
    }
}

#[test]
fn only_what_the_manifest_announces_is_unpacked() {
    let good = manifest("file", 18, 7, 1);
    let folder: Given<'_> = (FOLDER, b'5', b"");
    let cases: [(&str, Vec<Given<'_>>); 6] = [
        ("cluster/other", vec![(MANIFEST, b'0', &good), folder, ("cluster/other", b'0', b"data")]),
        ("../file", vec![(MANIFEST, b'0', &good), folder, ("../file", b'0', b"data")]),
        ("cluster/file", vec![(MANIFEST, b'0', &good), folder, ("cluster/file", b'2', b"")]),
        ("cluster/file", vec![(MANIFEST, b'0', &good), folder, ("cluster/file", b'L', b"name")]),
        ("5 bytes", vec![(MANIFEST, b'0', &good), folder, ("cluster/file", b'0', b"bytes")]),
        ("manifest.json", vec![folder]),
    ];
    for (says, entries) in cases {
        let message = refusal(&archive(&entries));
        assert!(message.contains(says), "{message}");
    }
}

#[test]
fn paths_stay_inside() {
    for path in ["../file", "a/../../file", "/etc/file", "a//b", "a\\b", "C:file", "", "a\0b", "."] {
        let text = manifest(path, 18, 7, 1);
        let message = refusal(&archive(&[(MANIFEST, b'0', &text)]));
        assert!(message.contains("with the path"), "{path}: {message}");
    }
}

#[test]
fn versions_are_named() {
    let cases = [
        (manifest("file", 18, 7, 2), ["version 2", "version 1"]),
        (manifest("file", 17, 7, 1), ["PostgreSQL 17", "PostgreSQL 18"]),
        (manifest("file", 18, 8, 1), ["version 8", "has 7"]),
    ];
    for (text, says) in cases {
        let message = refusal(&archive(&[(MANIFEST, b'0', &text)]));
        assert!(says.iter().all(|says| message.contains(says)), "{message}");
    }
}

#[test]
fn what_is_damaged_is_told() {
    let text = manifest("file", 18, 7, 1);
    let entries = [
        (MANIFEST, b'0', &text[..]),
        (FOLDER, b'5', b""),
        ("cluster/file", b'0', b"data"),
        (CHECKSUMS, b'0', b"1"),
    ];
    assert!(refusal(&archive(&entries)).contains("checksum"));
    assert!(refusal(&archive(&entries[..3])).contains("ends before SHA256SUMS"));
    for other in [&b""[..], b"no backup", &compress(b"no archive")] {
        refusal(other);
    }
}

#[test]
fn what_a_process_left_behind_is_no_part_of_a_backup() {
    for path in
        ["PG_VERSION", "global/1260", "base/5/16384_init", "base/5/16384.1", "pg_xact/0000", "base/5/tables"]
    {
        assert!(is_kept(path), "{path}");
    }
    for path in [
        "postmaster.pid",
        "base/5/t3_16384",
        "base/5/t3_16384_fsm",
        "base/pgsql_tmp/pgsql_tmp42.0",
        "global/pg_internal.init",
        "pg_notify/0000",
    ] {
        assert!(!is_kept(path), "{path}");
    }
}
