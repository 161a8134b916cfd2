//! The macro `filter!` against the JSON that it is written like.

use ominipg::codegen_support::Date;
use ominipg::codegen_support::serde_json::{Value, from_value, json};
use ominipg::{ConnectOptions, Filter, Ominipg, filter};

use crate::blog::everything::{EverythingColor, EverythingMaybeColor};
use crate::blog::{Everything, NewEverything, SCHEMA, everything};

/// Six rows of which each differs from the others in something.
fn rows() -> Vec<NewEverything> {
    let row = |number: i64, change: Value| {
        let mut row = json!({
            "text": "text", "short": 1, "medium": number, "long": 10 * number, "single": 1.0, "double": 1.5, "flag": true,
            "uuid": "00000000-0000-4000-8000-000000000000", "moment": "2024-01-01T00:00:00Z", "day": "2024-01-01",
            "clock": "12:00:00", "span": "P1D", "bytes": "AAEC", "address": "10.0.0.1", "amount": "1.5",
            "color": "red", "mood": "good", "texts": [], "numbers": [], "colors": [],
            "document": { "kind": "plain" }, "anything": null,
        });
        for (name, value) in change.as_object().expect("it is one") {
            row[name] = value.clone();
        }
        from_value(row).expect("it is a row")
    };
    vec![
        row(
            1,
            json!({ "texts": ["a", "b"], "maybeText": "Ada", "color": "blue", "anything": { "tags": ["x", "y"] } }),
        ),
        row(
            2,
            json!({ "texts": ["b"], "numbers": [1, 2], "maybeShort": 5, "anything": { "n": 3, "deep": { "er": "yes" } } }),
        ),
        row(
            3,
            json!({ "text": "100%", "maybeTexts": ["a"], "maybeColor": "green", "document": { "kind": "odd", "size": 7 } }),
        ),
        row(4, json!({ "flag": false, "maybeText": "Abe", "anything": [["p", "q"], "r"] })),
        row(5, json!({ "text": "it's", "maybeFlag": false, "maybeTexts": [], "anything": { "n": null } })),
        row(
            6,
            json!({ "colors": ["red", "blue"], "maybeDay": "2024-02-29", "day": "2023-01-01", "anything": 3 }),
        ),
    ]
}

/// A literal, the JSON of the same words, and how many of the rows it finds.
macro_rules! cases {
    ($($filter:expr, $json:tt, $rows:literal;)*) => { vec![$(($filter, json!($json), $rows)),*] };
}

fn cases() -> Vec<(Filter<Everything>, Value, usize)> {
    let (limit, names) = (3, vec!["a".to_owned(), "text".to_owned()]);
    let day: Date = "2024-02-29".parse().expect("it is one");
    cases! {
        filter!(everything, {}), {}, 6;
        filter!(everything, { medium: 2 }), { "medium": 2 }, 1;
        filter!(everything, { medium: { $eq: limit } }), { "medium": { "$eq": 3 } }, 1;
        filter!(everything, { medium: { $ne: 2 } }), { "medium": { "$ne": 2 } }, 5;
        filter!(everything, { maybe_text: { $ne: "Ada" } }), { "maybeText": { "$ne": "Ada" } }, 5;
        filter!(everything, { medium: { $gt: 1, $lte: limit + 1 } }), { "medium": { "$gt": 1, "$lte": 4 } }, 3;
        filter!(everything, { medium: { $gte: 2, $lt: 4 }, long: { $ne: 20 }, }),
            { "medium": { "$gte": 2, "$lt": 4 }, "long": { "$ne": 20 } }, 1;
        filter!(everything, { medium: { $in: [1, 5, 9] } }), { "medium": { "$in": [1, 5, 9] } }, 2;
        filter!(everything, { medium: { $nin: [1, 5, 9] } }), { "medium": { "$nin": [1, 5, 9] } }, 4;
        filter!(everything, { medium: { $in: [] } }), { "medium": { "$in": [] } }, 0;
        filter!(everything, { maybe_text: { $in: ["Ada", null] } }), { "maybeText": { "$in": ["Ada", null] } }, 5;
        filter!(everything, { maybe_text: { $nin: ["Ada", null] } }), { "maybeText": { "$nin": ["Ada", null] } }, 1;
        filter!(everything, { text: { $in: names } }), { "text": { "$in": ["a", "text"] } }, 4;
        filter!(everything, { text: "100%" }), { "text": "100%" }, 1;
        filter!(everything, { text: "it's" }), { "text": "it's" }, 1;
        filter!(everything, { maybe_text: { $like: "a%" } }), { "maybeText": { "$like": "a%" } }, 0;
        filter!(everything, { maybe_text: { $ilike: "a%" } }), { "maybeText": { "$ilike": "a%" } }, 2;
        filter!(everything, { maybe_text: { $regex: "^A.a$" } }), { "maybeText": { "$regex": "^A.a$" } }, 1;
        filter!(everything, { maybe_text: null }), { "maybeText": null }, 4;
        filter!(everything, { maybe_text: { $ne: null } }), { "maybeText": { "$ne": null } }, 2;
        filter!(everything, { maybe_short: { $exists: true } }), { "maybeShort": { "$exists": true } }, 1;
        filter!(everything, { maybe_flag: { $exists: false } }), { "maybeFlag": { "$exists": false } }, 5;
        filter!(everything, { flag: false }), { "flag": false }, 1;
        filter!(everything, { maybe_day: day }), { "maybeDay": "2024-02-29" }, 1;
        filter!(everything, { color: EverythingColor::Blue }), { "color": "blue" }, 1;
        filter!(everything, { maybe_color: { $in: [EverythingMaybeColor::Green] } }), { "maybeColor": { "$in": ["green"] } }, 1;
        // Lists: an element, the whole, one of several.
        filter!(everything, { texts: "b" }), { "texts": "b" }, 2;
        filter!(everything, { texts: { $ne: "b" } }), { "texts": { "$ne": "b" } }, 4;
        filter!(everything, { texts: ["a", "b"] }), { "texts": ["a", "b"] }, 1;
        filter!(everything, { texts: { $ne: ["a", "b"] } }), { "texts": { "$ne": ["a", "b"] } }, 5;
        filter!(everything, { maybe_texts: [] }), { "maybeTexts": [] }, 1;
        filter!(everything, { maybe_texts: { $ne: "a" } }), { "maybeTexts": { "$ne": "a" } }, 5;
        filter!(everything, { texts: { $in: ["a", "z"] } }), { "texts": { "$in": ["a", "z"] } }, 1;
        filter!(everything, { numbers: { $nin: [2] } }), { "numbers": { "$nin": [2] } }, 5;
        // Inside of JSON.
        filter!(everything, { document.kind: "odd" }), { "document.kind": "odd" }, 1;
        filter!(everything, { document.size: { $gte: 7, $lt: 8 } }), { "document.size": { "$gte": 7, "$lt": 8 } }, 1;
        filter!(everything, { anything.deep.er: "yes" }), { "anything.deep.er": "yes" }, 1;
        filter!(everything, { anything.tags.1: "y" }), { "anything.tags.1": "y" }, 1;
        filter!(everything, { anything.0.1: "q" }), { "anything.0.1": "q" }, 1;
        filter!(everything, { anything."n": 3 }), { "anything.n": 3 }, 1;
        filter!(everything, { anything.tags: ["x", "y"] }), { "anything.tags": ["x", "y"] }, 1;
        filter!(everything, { anything.tags: [] }), { "anything.tags": [] }, 0;
        filter!(everything, { anything.n: { $in: [3, 4] } }), { "anything.n": { "$in": [3, 4] } }, 1;
        filter!(everything, { anything.n: null }), { "anything.n": null }, 5;
        filter!(everything, { anything.n: { $exists: true } }), { "anything.n": { "$exists": true } }, 2;
        filter!(everything, { anything: (json!(3)) }), { "anything": 3 }, 1;
        // Of filters and operators.
        filter!(everything, { $or: [{ medium: 1 }, { flag: false }, { texts: "b" }] }),
            { "$or": [{ "medium": 1 }, { "flag": false }, { "texts": "b" }] }, 3;
        filter!(everything, { $and: [{ medium: { $gt: 2 } }, { flag: true }] }),
            { "$and": [{ "medium": { "$gt": 2 } }, { "flag": true }] }, 3;
        filter!(everything, { $nor: [{ medium: 1 }, { maybe_text: "Abe" }] }),
            { "$nor": [{ "medium": 1 }, { "maybeText": "Abe" }] }, 4;
        filter!(everything, { $not: { maybe_text: "Ada", medium: 1 } }), { "$not": { "maybeText": "Ada", "medium": 1 } }, 5;
        filter!(everything, { medium: { $not: { $gte: 2, $lt: 5 } } }), { "medium": { "$not": { "$gte": 2, "$lt": 5 } } }, 3;
        filter!(everything, { flag: true, $or: [{ medium: 1 }, { $not: { medium: { $lt: 6 } } }] }),
            { "flag": true, "$or": [{ "medium": 1 }, { "$not": { "medium": { "$lt": 6 } } }] }, 2;
    }
}

#[tokio::test]
async fn literals_mean_what_the_json_means() {
    let options = ConnectOptions::new(":memory:").schema(&SCHEMA).create_tables(true);
    let db = Ominipg::connect(options).await.expect("it opens");
    everything::create_many(rows()).run(&db).await.expect("created");
    for (literal, json, rows) in cases() {
        let mediums = async |find: ominipg::Find<Everything>| {
            let found = find.select(everything::medium()).order_by(everything::medium().asc()).all(&db).await;
            found.unwrap_or_else(|error| panic!("{json}: {error}"))
        };
        let by_json = everything::find().filter_json(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
        let by_json = mediums(by_json).await;
        assert_eq!(by_json.len(), rows, "{json} finds {by_json:?}");
        assert_eq!(
            mediums(everything::find().filter(literal.clone())).await,
            by_json,
            "{json} and {literal:?}"
        );
    }
}
