//! The generated SQL and code on a server.

use ominipg::codegen_support::serde_json::{from_value, json, to_value};
use ominipg::{ConnectOptions, Ominipg, Schema};
use ominipg_test_support::{Break, Proxy, Way, database};

use crate::golden::blog::{self, NewEverything, NewPost, NewUser, everything, posts, users};
use crate::golden::{self, bundle, json as shapes, keys, names, rules, sql};

async fn open(schema: &'static Schema) -> (Ominipg, String) {
    let url = database().await;
    let options = ConnectOptions::new(url.clone()).schema(schema).create_tables(true);
    (Ominipg::connect(options).await.expect("the tables are created"), url)
}

#[tokio::test]
async fn tables_are_created_again_without_effect() {
    for schema in [
        &blog::SCHEMA,
        &bundle::SCHEMA,
        &golden::case::SCHEMA,
        &golden::draft7::SCHEMA,
        &golden::flights::SCHEMA,
        &shapes::SCHEMA,
        &golden::junction::SCHEMA,
        &golden::kept::SCHEMA,
        &keys::SCHEMA,
        &golden::layers::SCHEMA,
        &names::SCHEMA,
        &golden::native::SCHEMA,
        &golden::notes::SCHEMA,
        &golden::own::SCHEMA,
        &golden::prelude::SCHEMA,
        &rules::SCHEMA,
        &golden::selfref::SCHEMA,
        &golden::shop::SCHEMA,
        &sql::SCHEMA,
        &golden::unicode::SCHEMA,
        &golden::upstream::SCHEMA,
        &golden::wide::SCHEMA,
    ] {
        let (db, url) = open(schema).await;
        let count = "SELECT (SELECT count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace)
            + (SELECT count(*) FROM pg_indexes WHERE schemaname = 'public')";
        let before: i64 = db.query_one(count, &[]).await.expect("the catalog answers").get(0);
        db.close().await.expect("it closes");
        let again = ConnectOptions::new(url).schema(schema).create_tables(true);
        let again = Ominipg::connect(again).await.expect("the tables may be created again");
        let after: i64 = again.query_one(count, &[]).await.expect("the catalog answers").get(0);
        assert_eq!(before, after);
        let tables: i64 = again
            .query_one("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", &[])
            .await
            .expect("the catalog answers")
            .get(0);
        assert_eq!(usize::try_from(tables), Ok(schema.tables.len()));
        again.close().await.expect("it closes");
    }
}

#[tokio::test]
async fn rows_count_once_where_the_connection_breaks_among_them() {
    const ROWS: usize = 3000;
    let (db, url) = open(&blog::SCHEMA).await;
    let new = |n| NewUser::new(format!("{n:04}@example.com"), "Ada", Vec::new());
    users::create_many((0..ROWS).map(new)).execute(&db).await.expect("they are inserted");
    let host = url.split(['@', '/']).nth(3).expect("the url has a host and a port").to_owned();
    let server =
        tokio::net::lookup_host(&host).await.expect("it is known").next().expect("it has an address");
    let proxy = Proxy::start(server).await.expect("the proxy starts");
    let url = proxy.url(&url.replacen(&host, &server.to_string(), 1), server);
    let broken = Ominipg::connect(ConnectOptions::new(url).schema(&blog::SCHEMA)).await.expect("it connects");
    let emails = users::find().order_by(users::email().asc());
    assert_eq!(emails.clone().all(&broken).await.expect("they are found").len(), ROWS);
    // Some hundreds of them come before, and all of them by the next connection.
    proxy.break_after(Way::ToClient, 60_000, Break::Cut);
    let found = emails.all(&broken).await.expect("they are asked for once more");
    assert!(!proxy.is_planned(), "the connection broke");
    let email = |n| format!("{n:04}@example.com");
    assert!(found.iter().map(|user| &user.email).eq(&(0..ROWS).map(email).collect::<Vec<_>>()));
}

#[tokio::test]
async fn a_value_of_every_type_comes_back() {
    let (db, _) = open(&blog::SCHEMA).await;
    let full = json!({
        "text": "a 'text' \\ \"ü\"", "short": -32768, "medium": 2147483647, "long": -9223372036854775808_i64,
        "single": 0.25, "double": 1e300, "flag": true, "uuid": "8c4a1f8e-3b64-4b0f-9d5e-0a7c5f0d1e2b",
        "moment": "2024-02-29T12:00:00.123456Z", "day": "2024-02-29", "clock": "23:59:59.5", "span": "P1DT2H",
        "bytes": "AAH/", "address": "10.0.0.1", "amount": "-12345678901234567890.0123", "color": "green", "mood": "bad",
        "texts": ["", "a,b", "\"{}\""], "numbers": [1, -1], "colors": ["red", "blue"], "document": { "kind": "k", "size": 3 },
        "anything": [1, { "a": null }]
    });
    let new: NewEverything = from_value(full.clone()).expect("the row is right");
    let row = everything::create(new.clone()).run(&db).await.expect("it is inserted");
    let back = to_value(&row).expect("it is JSON");
    for (key, value) in full.as_object().expect("it is an object") {
        assert_eq!(&back[key], value, "{key}");
    }
    for (key, value) in back
        .as_object()
        .expect("it is an object")
        .iter()
        .filter(|(key, _)| key.starts_with("maybe") && !key.ends_with("Or"))
    {
        assert!(value.is_null(), "{key}");
    }
    // The defaults are PostgreSQL's work.
    assert_eq!(back["textOr"], "it's \"so\"");
    assert_eq!(
        (&back["longOr"], &back["flagOr"], &back["dayOr"]),
        (&json!(-1), &json!(true), &json!("2000-02-29"))
    );
    assert_eq!(
        (&back["bytesOr"], &back["amountOr"], &back["moodOr"]),
        (&json!("AAEC"), &json!("0.10"), &json!("good"))
    );
    assert_eq!(back["textsOr"], json!(["a\\b", "c\"d"]));
    assert_eq!((&back["documentOr"], &back["maybeLongOr"]), (&json!({ "a": [1, null] }), &json!(7)));
    assert_eq!(everything::by_key(row.id).one(&db).await.expect("it is there"), row);

    let rest = json!({
        "maybeText": "m", "maybeShort": 1, "maybeDouble": 0.5, "maybeFlag": false, "maybeUuid": "8c4a1f8e-3b64-4b0f-9d5e-0a7c5f0d1e2b",
        "maybeMoment": "1999-12-31T23:59:59Z", "maybeDay": "1999-12-31", "maybeClock": "00:00:00", "maybeSpan": "P1M",
        "maybeBytes": "", "maybeAddress": "::1", "maybeAmount": "1.50", "maybeColor": "red", "maybeMood": "good",
        "maybeTexts": [], "maybeDocument": { "kind": "x" }, "maybeAnything": "any", "textOr": "t", "longOr": 1, "flagOr": false,
        "dayOr": "2001-01-01", "bytesOr": "/w==", "amountOr": "3", "moodOr": "bad", "textsOr": ["x"], "documentOr": {}, "maybeLongOr": null
    });
    let patch: blog::EverythingPatch = from_value(rest.clone()).expect("the patch is right");
    let row = everything::by_key(row.id).update(patch).run(&db).await.expect("it is updated");
    let back = to_value(&row).expect("it is JSON");
    for (key, value) in rest.as_object().expect("it is an object") {
        assert_eq!(&back[key], value, "{key}");
    }
    let rows = everything::create_many([new.clone(), new]).run(&db).await.expect("they are inserted");
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [2, 3]);
    let found = everything::find()
        .filter(everything::mood().eq(blog::EverythingMood::Bad) & everything::maybe_mood().is_null())
        .count(&db);
    assert_eq!(found.await.expect("it is counted"), 2);
}

#[tokio::test]
async fn relations_lead_both_ways() {
    let (db, _) = open(&blog::SCHEMA).await;
    let ada = users::create(NewUser::new("ada@example.com", "Ada", vec!["math".to_owned()]).age(36))
        .run(&db)
        .await
        .expect("it is inserted");
    let post = posts::create(NewPost::new("First", "…", ada.id)).run(&db).await.expect("it is inserted");
    let written = users::find().with(users::posts()).all(&db).await.expect("they are found");
    assert_eq!(written, [(ada.clone(), vec![post.clone()])]);
    let author = posts::find().with(posts::author()).all(&db).await.expect("they are found");
    assert_eq!(author, [(post, ada)]);
    let error = users::create(NewUser::new("a", "", vec![String::new()]))
        .run(&db)
        .await
        .expect_err("it breaks rules");
    let pointers: Vec<&str> = error.violations().iter().map(|found| found.pointer.as_str()).collect();
    assert_eq!(pointers, ["/email", "/email", "/name", "/tags/0"]);
}
