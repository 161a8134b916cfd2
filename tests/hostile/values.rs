//! Hostile texts as values, on tables with hostile names.

use ominipg::codegen_support::serde_json::{Value, json};
use ominipg::{After, ErrorKind};

use crate::corpus::TEXTS;
use crate::db::things_drop_table_kept as things;
use crate::db::things_drop_table_kept::ThingKind;
use crate::db::{NewPart, NewThing, Thing, ThingPatch, parts_as_t as parts};
use crate::guard::Guard;

/// A row with `text` in every place that takes one; `key` makes it the only one of its kind.
fn thing(key: usize, text: &str) -> NewThing {
    let document = json!({ text: [text, { "inner": text }], "key": key });
    NewThing::new(text, format!("{key} {text}"), text, text, [text, "other"], document).text(text)
}

#[tokio::test]
async fn come_back_as_they_were() {
    let guard = Guard::open().await;
    let db = &guard.db;
    for (key, text) in TEXTS.iter().enumerate() {
        let made = things::create(thing(key, text))
            .run(db)
            .await
            .unwrap_or_else(|error| panic!("{text:?}: {error}"));
        for found in [made.quoted.as_str(), &made.dollar, &made.select, &made.text, &made.list[0]] {
            assert_eq!(found, *text);
        }
        assert_eq!(made.document[*text][1]["inner"], *text);
        let stored: Thing = things::by_key(made.id).one(db).await.expect("it is there");
        assert_eq!(stored, made);

        let again = thing(key, text).kind(ThingKind::DropTableKept);
        let upserted = things::upsert_on_dropping(again).update_all().run(db).await.expect("it is there");
        assert!(!upserted.inserted && upserted.row.id == made.id, "{text:?}");
        let patch = ThingPatch::new().select(*text).document(json!({ *text: text }));
        let changed = things::by_key(made.id).update(patch).set(things::list().push(*text)).run(db).await;
        assert_eq!(changed.expect("it is there").list.last().map(String::as_str), Some(*text));
        parts::create(NewPart::new(made.id, *text)).run(db).await.expect("created");
        guard.check(text).await;
    }
    let all = things::find().with(things::parts()).order_by(things::id().asc()).all(db).await.expect("found");
    for ((thing, parts), text) in all.iter().zip(TEXTS) {
        assert_eq!((thing.quoted.as_str(), parts[0].label.as_str(), parts.len()), (text, text, 1));
    }
    // As many at once, by INSERT and by COPY.
    things::find().filter(things::id().gt(0)).delete().run(db).await.expect_err("parts refer to them");
    parts::delete_all().run(db).await.expect("deleted");
    things::delete_all().run(db).await.expect("deleted");
    let many: Vec<NewThing> = (0..1_100).map(|key| thing(key, TEXTS[key % TEXTS.len()])).collect();
    assert_eq!(things::create_many(many[..50].to_vec()).run(db).await.expect("created").len(), 50);
    things::delete_all().run(db).await.expect("deleted");
    assert_eq!(things::create_many(many.clone()).execute(db).await.expect("created"), 1_100);
    let stored = things::find().order_by(things::id().asc()).all(db).await.expect("found");
    assert!(stored.iter().zip(&many).all(|(row, new)| row.quoted == new.quoted && row.list == new.list));
    guard.check("many").await;
}

#[tokio::test]
async fn are_found_by_what_they_are() {
    let guard = Guard::open().await;
    let db = &guard.db;
    let rows = TEXTS.iter().enumerate().map(|(key, text)| thing(key, text));
    let rows = things::create_many(rows).run(db).await.expect("created");
    for (row, text) in rows.iter().zip(TEXTS) {
        let only = async |filter: ominipg::Filter<Thing>| {
            let found = things::find().filter(filter.clone()).all(db).await;
            let found = found.unwrap_or_else(|error| panic!("{text:?}: {error}"));
            assert!(
                found.len() == 1 && found[0].id == row.id,
                "{text:?} by {filter:?} finds {}",
                found.len()
            );
        };
        only(things::quoted().eq(text)).await;
        only(things::dollar().in_([text])).await;
        only(things::list().has(text)).await;
        only(things::list().eq([text, "other"])).await;
        only(things::document().contains(json!({ text: [text], "key": row.document["key"] }))).await;
        // Patterns have no meaning here.
        let has = |other: &&&str| other.starts_with(text);
        let prefixed =
            things::find().filter(things::select().starts_with(text)).count(db).await.expect("counted");
        assert_eq!(prefixed as usize, TEXTS.iter().filter(has).count(), "{text:?}");
        let within = things::find().filter(things::text().contains(text)).count(db).await.expect("counted");
        assert_eq!(within as usize, TEXTS.iter().filter(|other| other.contains(text)).count(), "{text:?}");
        // Words, whatever they are, are words.
        things::find()
            .filter(things::search(text))
            .order_by(things::search_rank(text))
            .all(db)
            .await
            .expect("asked");
        // SQL's parameters are no SQL.
        let echo: String = db.query_one("SELECT $1::text", &[&text]).await.expect("asked").get(0);
        assert_eq!(echo, text);
        guard.check(text).await;
    }
    let sorted = things::find().order_by((things::select().asc(), things::dollar().desc()));
    let first = sorted.clone().page(After::start(7), db).await.expect("a page");
    let next = first.next.expect("there are more");
    assert_eq!(sorted.clone().page(After::cursor(7, &next), db).await.expect("a page").items.len(), 7);
    for text in TEXTS.iter().copied().chain([&next[1..], &next[..next.len() - 2], &next.repeat(2)]) {
        let refused = sorted.clone().page(After::cursor(7, text), db).await.expect_err("it is no cursor");
        assert_eq!(refused.kind(), ErrorKind::Parameter, "{text:?}: {refused}");
    }
    guard.check("cursors").await;
}

#[tokio::test]
async fn that_postgresql_cannot_hold_are_errors() {
    let guard = Guard::open().await;
    let db = &guard.db;
    for text in ["\0", "a\0b", "'\0; DROP TABLE kept; --"] {
        let plain = thing(1, "plain");
        let cases: [(&str, NewThing); 3] = [
            ("text", NewThing { quoted: text.to_owned(), ..plain.clone() }),
            ("list", NewThing { list: vec![text.to_owned()], ..plain.clone() }),
            ("document", NewThing { document: Value::from(text), ..plain.clone() }),
        ];
        for (place, new) in cases {
            let refused = things::create(new.clone()).run(db).await.expect_err("it has a NUL");
            assert!(refused.code().is_some(), "{place}: {refused}");
            let many = (0..1_200).map(|key| NewThing { dropping: key.to_string(), ..new.clone() });
            things::create_many(many).execute(db).await.expect_err("they have a NUL");
        }
        things::find().filter(things::quoted().eq(text)).all(db).await.expect_err("it has a NUL");
        guard.check(text).await;
    }
    assert_eq!(things::find().count(db).await.expect("counted"), 0);
}
