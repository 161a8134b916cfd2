//! Regular expressions in JSON filters: what PostgreSQL would refuse at a row is refused at its place in the filter.

use ominipg::codegen_support::serde_json::json;
use ominipg::{ErrorKind, Ominipg};
use ominipg_test_support::Random;

use crate::db::things_drop_table_kept as things;

/// What random patterns are made of.
const PIECES: [&str; 79] = [
    "a",
    "b",
    "z",
    "0",
    "1",
    "é",
    ",",
    "=",
    "!",
    "<",
    ":",
    "#",
    "-",
    ".",
    "^",
    "$",
    "|",
    "|",
    "*",
    "+",
    "?",
    "(",
    "(",
    "(",
    ")",
    ")",
    ")",
    ")",
    "(?:",
    "(?=",
    "(?!",
    "(?<=",
    "(?<!",
    "(?#",
    "(?",
    "[",
    "[",
    "[",
    "[^",
    "]",
    "]",
    "]",
    "]",
    "{",
    "}",
    "{1}",
    "{2,}",
    "{0,255}",
    "{3,1}",
    "{256}",
    "{1,}?",
    "{1 }",
    "\\",
    "\\d",
    "\\D",
    "\\A",
    "\\y",
    "\\b",
    "\\1",
    "\\2",
    "\\8",
    "\\89",
    "\\10",
    "\\0",
    "\\777",
    "\\x",
    "\\x41",
    "\\u0041",
    "\\u12",
    "\\q",
    "\\c",
    "\\.",
    "[:alpha:]",
    "[:no:]",
    "[=a=]",
    "[.a.]",
    "[[:<:]]",
    "***:",
    "(?i)",
];

/// Why PostgreSQL refuses a pattern.
async fn reason(db: &Ominipg, pattern: &str) -> Option<String> {
    let error = db.query("SELECT '' ~ $1", &[&pattern]).await.err()?;
    assert_eq!(error.code().map(|code| code.code()), Some("2201B"), "{pattern:?}: {error}");
    Some(error.to_string())
}

async fn compare(db: &Ominipg, pattern: &str) {
    let ours = things::find().filter_json(&json!({ "$or": [{ "text": { "$regex": pattern } }] })).err();
    let theirs = reason(db, pattern).await;
    match (&ours, &theirs) {
        (Some(error), Some(_)) => {
            assert_eq!(error.kind(), ErrorKind::Filter);
            assert!(error.to_string().starts_with("filter, at /$or/0/text/$regex: "), "{error}");
        }
        (None, None) => {}
        // What only the expression as a whole tells, and names that PostgreSQL alone knows.
        (None, Some(why)) if why.contains("too complex") || why.contains("collating") => {}
        _ => panic!("{pattern:?}: {ours:?}, and PostgreSQL: {theirs:?}"),
    }
}

#[tokio::test]
async fn they_are_judged_as_postgresql_does() {
    let db = Ominipg::connect(":memory:").await.expect("the database opens");
    let written = [
        "",
        "a|",
        "()",
        "(?i)a",
        "(?z)a",
        "(?i",
        "***=(",
        "***:(",
        "***",
        "****",
        "***?",
        "***:a",
        "a**",
        "a*?",
        "a??",
        "a*??",
        "^*",
        "(a)\\1",
        "\\1(a)",
        "(a\\1)",
        "(?=(a))\\1",
        "((?=a)b)\\1",
        "(a)(?=\\1)",
        "(?:a)\\1",
        "[]a]",
        "[^]a]",
        "[a",
        "[a-]",
        "[-a]",
        "[--/]",
        "[a--]",
        "[z-a]",
        "[a-b-c]",
        "[\\d-z]",
        "[a-\\d]",
        "[\\b]",
        "[\\A]",
        "[\\1]",
        "[[:alpha:]-z]",
        "[a-[:alpha:]]",
        "[a-[.z.]]",
        "[[.z.]-a]",
        "[[=a=]]",
        "[[=]",
        "[[::]]",
        "[[:<:]]a",
        "[[:>:]]*",
        "a{1}{2}",
        "{1}",
        "a{",
        "a{x",
        "a{,2}",
        "a{1",
        "a{1,2,3}",
        "\\",
        "a\\",
        "\\u004",
        "\\U00110000",
        "\\xg",
        "\\c",
        "\\89",
        "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\\10",
        "\\10",
        "(?#",
        "(?#a)*",
        "a(?#b)*",
        "(?<a)",
        ")",
        "(?",
        "(?)",
        "(?-i)a",
        "a(?i)",
    ];
    for pattern in written {
        compare(&db, pattern).await;
    }
    let mut random = Random::new(7);
    for _ in 0..20_000 {
        let length = 1 + random.below(8);
        let pattern: String = (0..length).map(|_| *random.choose(&PIECES)).collect();
        compare(&db, &pattern).await;
    }
}
