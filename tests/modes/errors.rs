//! Errors must say the same on every mode.

use std::error::Error as _;

use ominipg::codegen_support::Uuid;
use ominipg::{Error, ErrorKind, Ominipg};

use crate::blog::{NewPost, NewUser, posts, users};
use crate::place::Place;
use crate::suite::ada;

/// An error and all that is said to have caused it, as reports print them.
fn report(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}

pub(crate) async fn tells_them_apart(_: &Place, db: Ominipg) {
    db.batch_execute(
        "CREATE TABLE t (n int4 PRIMARY KEY, v text NOT NULL, CONSTRAINT t_v_short CHECK (length(v) < 5),
             EXCLUDE USING btree (v WITH =));
         CREATE TABLE u (n int4 REFERENCES t ON DELETE RESTRICT);
         INSERT INTO t VALUES (1, 'a'); INSERT INTO u VALUES (1)",
    )
    .await
    .expect("created");
    type Is = fn(&Error) -> bool;
    let all: [(&str, &str, Is); 9] = [
        ("INSERT INTO t VALUES (1, 'b')", "t_pkey", Error::is_unique_violation),
        ("INSERT INTO u VALUES (2)", "u_n_fkey", Error::is_foreign_key_violation),
        ("DELETE FROM t", "u_n_fkey", Error::is_foreign_key_violation),
        ("INSERT INTO t VALUES (2, NULL)", "", Error::is_not_null_violation),
        ("INSERT INTO t VALUES (2, 'too long')", "t_v_short", Error::is_check_violation),
        ("INSERT INTO t VALUES (2, 'a')", "t_v_excl", Error::is_exclusion_violation),
        (
            "DO $$ BEGIN RAISE EXCEPTION '' USING ERRCODE = '40001'; END $$",
            "",
            Error::is_serialization_failure,
        ),
        ("DO $$ BEGIN RAISE EXCEPTION '' USING ERRCODE = '40P01'; END $$", "", Error::is_deadlock),
        ("DO $$ BEGIN RAISE EXCEPTION '' USING ERRCODE = '55P03'; END $$", "", Error::is_lock_not_available),
    ];
    for (place, (sql, constraint, is)) in all.into_iter().enumerate() {
        let error = db.execute(sql, &[]).await.expect_err(sql);
        assert!(is(&error), "{sql}: {error}");
        assert_eq!(error.constraint().unwrap_or_default(), constraint, "{sql}");
        assert_eq!(error.statement(), Some(sql));
        assert_eq!(error.is_integrity_violation(), place < 6, "{sql}");
        assert_eq!(error.is_retryable(), (6..8).contains(&place), "{sql}");
        let others = all.iter().filter(|(_, _, other)| other(&error)).count();
        assert_eq!(others, if place == 1 || place == 2 { 2 } else { 1 }, "{sql}");
        assert!(!error.is_connection() && !error.is_query_cancelled(), "{sql}");
        let answer = error.database().expect("PostgreSQL answered").message();
        if !answer.is_empty() {
            assert_eq!(report(&error).matches(answer).count(), 1, "{}", report(&error));
        }
        assert!(error.underlying().is_some(), "it is kept");
    }
    let error = db.execute(all[3].0, &[]).await.expect_err("it is NULL");
    assert_eq!((error.table(), error.column()), (Some("t"), Some("v")));
    let slow = db.batch_execute("SET statement_timeout = 20; SELECT pg_sleep(9)").await;
    let error = slow.expect_err("it takes too long");
    assert!(error.is_query_cancelled(), "{error}");
    assert!(db.query("SELECT * FROM nothing", &[]).await.expect_err("no table").is_undefined_table());
}

pub(crate) async fn names_the_statement(_: &Place, db: Ominipg) {
    let sql = "SELECT 1 / ($1::int4 - 123456789)";
    let error = db.query(sql, &[&123_456_789]).await.expect_err("it divides by zero");
    assert_eq!(error.statement(), Some(sql));
    let shown = format!("{error} {error:?} {}", report(&error));
    assert!(!shown.contains("123456789"), "neither SQL nor parameters are shown: {shown}");
    let tx = db.transaction().await.expect("begun");
    assert_eq!(tx.execute(sql, &[&123_456_789]).await.expect_err("it does").statement(), Some(sql));
    drop(tx);
    let sql = "SELECT 1 / ($1::int4 - n), repeat('x', 100) FROM generate_series(1, 10000) n";
    let mut rows = db.query_stream(sql, &[&9_000]).await.expect("begun");
    let error = loop {
        if let Err(error) = rows.next().await.expect("an error comes") {
            break error;
        }
    };
    assert_eq!(error.statement(), Some(sql));
    let sql = "COPY posts (title) FROM STDIN (FORMAT csv)";
    let mut copy = db.copy_in(sql).await.expect("begun");
    copy.send("a,b,c\n").await.expect("sent");
    assert_eq!(copy.finish().await.expect_err("too many").statement(), Some(sql));
    let wrong = db.query("SELECT $1::int4", &[&"text"]).await.expect_err("it is no number");
    assert_eq!((wrong.kind(), wrong.statement()), (ErrorKind::Parameter, None));
    let cause = wrong.underlying().expect("it is kept").to_string();
    assert_eq!(report(&wrong).matches(&cause).count(), 1, "{}", report(&wrong));
}

pub(crate) async fn names_the_constraint(_: &Place, db: Ominipg) {
    let ada = ada(&db).await;
    let twin = NewUser::new(ada.email.as_str(), "Twin", Vec::new());
    let error = users::create(twin).run(&db).await.expect_err("she is there");
    assert_eq!(users::Constraint::of(&error), Some(users::Constraint::EmailKey));
    assert_eq!(users::Constraint::EmailKey.name(), error.constraint().expect("it is named"));
    assert_eq!(posts::Constraint::of(&error), None);
    let orphan =
        posts::create(NewPost::new("First", "…", Uuid::nil())).run(&db).await.expect_err("no author");
    assert_eq!(posts::Constraint::of(&orphan), Some(posts::Constraint::AuthorIdFkey));
    let sql = "INSERT INTO users (email, name, tags, role) VALUES ('bob@example.com', 'b', '{}', 'king')";
    let role = db.execute(sql, &[]).await.expect_err("no such role");
    assert!(role.is_check_violation());
    assert_eq!(users::Constraint::of(&role), Some(users::Constraint::RoleCheck));
    // Other tables' constraints, and errors that are about none.
    let sql =
        "CREATE TABLE other (n int4 CONSTRAINT users_email_key UNIQUE, m int4 CONSTRAINT u CHECK (m > 0))";
    assert_eq!(users::Constraint::of(&db.batch_execute(sql).await.expect_err("the name is taken")), None);
    assert_eq!(users::Constraint::of(&db.query("SELECT 1 / 0", &[]).await.expect_err("by zero")), None);
}
