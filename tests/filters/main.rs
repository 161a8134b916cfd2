//! Filters against what they mean: random conditions on random rows, in SQL and in Rust, typed and as JSON.
//!
//! A condition that compares with NULL holds for no row, and its opposite for every row for which it does not hold. Here that is
//! said once more, in plain Rust on the rows' JSON. `OMINIPG_FILTERS_SECONDS=600` makes it try for so long.

mod leaves;
mod literals;
mod words;

use std::time::{Duration, Instant};

use ominipg::codegen_support::serde_json::{Value, from_value, json, to_value};
use ominipg::{Filter, Ominipg};
use ominipg_test_support::Random;

use self::leaves::Leaf;
use self::words::word;

/// The tables of `schemas/blog`.
mod blog {
    ominipg::ominipg_schema!("schemas/blog");
}

use blog::{Everything, NewEverything, SCHEMA, everything};

const ROWS: usize = 60;
const FILTERS: usize = 300;

/// A row with small values, so that many are equal, and NULL where it may be.
fn row(random: &mut Random) -> NewEverything {
    let words = |random: &mut Random| (0..random.below(4)).map(|_| word(random)).collect::<Vec<_>>();
    let day = |random: &mut Random| format!("2024-0{}-1{}", 1 + random.below(2), random.below(3));
    let color = |random: &mut Random| *random.choose(&["red", "green", "blue"]);
    let mut row = json!({
        "text": word(random), "short": random.below(5), "medium": random.below(7) as i64 - 3, "long": random.below(5),
        "single": random.below(4), "double": random.below(9) as f64 / 2.0, "flag": random.below(2) == 0,
        "uuid": format!("00000000-0000-4000-8000-00000000000{}", random.below(3)),
        "moment": format!("{}T00:00:00Z", day(random)), "day": day(random), "clock": "12:00:00", "span": "P1D",
        "bytes": "AAEC", "address": "10.0.0.1", "amount": format!("{}.5", random.below(3)),
        "color": color(random), "mood": "good", "texts": words(random),
        "numbers": (0..random.below(3)).map(|_| random.below(4)).collect::<Vec<_>>(), "colors": [color(random)],
        "document": { "kind": word(random) }, "anything": null,
    });
    let maybe: [(&str, Value); 7] = [
        ("maybeText", json!(word(random))),
        ("maybeShort", json!(random.below(5))),
        ("maybeDouble", json!(random.below(5))),
        ("maybeFlag", json!(random.below(2) == 0)),
        ("maybeDay", json!(day(random))),
        ("maybeColor", json!(color(random))),
        ("maybeTexts", json!(words(random))),
    ];
    for (name, value) in maybe {
        if random.below(3) > 0 {
            row[name] = value;
        }
    }
    if random.below(3) > 0 {
        row["document"]["size"] = json!(random.below(4));
    }
    from_value(row).expect("it is a row")
}

/// A condition, in its three forms.
struct Case {
    typed: Filter<Everything>,
    /// What JSON cannot say has none.
    json: Option<Value>,
    naive: Box<dyn Fn(&Value) -> bool>,
}

fn case(random: &mut Random, depth: usize) -> Case {
    if depth == 0 || random.below(3) == 0 {
        let Leaf { typed, json, naive } = leaves::any(random);
        return Case { typed, json, naive };
    }
    let left = case(random, depth - 1);
    if random.below(4) == 0 {
        let json = left.json.map(|filter| json!({ "$not": filter }));
        let naive = left.naive;
        return Case { typed: !left.typed, json, naive: Box::new(move |row| !naive(row)) };
    }
    let right = case(random, depth - 1);
    let both = random.below(2) == 0;
    let operator = if both { "$and" } else { "$or" };
    let json = left.json.zip(right.json).map(|(left, right)| json!({ operator: [left, right] }));
    let (one, other) = (left.naive, right.naive);
    match both {
        true => {
            Case { typed: left.typed & right.typed, json, naive: Box::new(move |row| one(row) && other(row)) }
        }
        false => {
            Case { typed: left.typed | right.typed, json, naive: Box::new(move |row| one(row) || other(row)) }
        }
    }
}

#[tokio::test]
async fn filters_mean_what_they_say() {
    let seed = words::seed();
    println!("OMINIPG_FILTERS_SEED={seed}");
    let mut random = Random::new(seed);
    let options = ominipg::ConnectOptions::new(":memory:").schema(&SCHEMA).create_tables(true);
    let db = Ominipg::connect(options).await.expect("it opens");
    let seconds =
        std::env::var("OMINIPG_FILTERS_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let (limit, start) = (Duration::from_secs(seconds), Instant::now());
    let (mut tried, mut found_some) = (0, 0);
    while tried == 0 || start.elapsed() < limit {
        everything::delete_all().run(&db).await.expect("deleted");
        let rows: Vec<NewEverything> = (0..ROWS).map(|_| row(&mut random)).collect();
        let rows = everything::create_many(rows).run(&db).await.expect("created");
        let rows: Vec<(i32, Value)> =
            rows.iter().map(|row| (row.id, to_value(row).expect("it is JSON"))).collect();
        for _ in 0..FILTERS {
            let depth = random.below(4);
            let case = case(&mut random, depth);
            let wanted: Vec<i32> =
                rows.iter().filter(|(_, row)| (case.naive)(row)).map(|(id, _)| *id).collect();
            let ids = async |find: ominipg::Find<Everything>| -> Vec<i32> {
                let found = find.select(everything::id()).order_by(everything::id().asc()).all(&db).await;
                found.unwrap_or_else(|error| panic!("{error}: {:?} {:?}", case.typed, case.json))
            };
            let found = ids(everything::find().filter(case.typed.clone())).await;
            assert_eq!(found, wanted, "{:?}", case.typed);
            if let Some(json) = &case.json {
                let find =
                    everything::find().filter_json(json).unwrap_or_else(|error| panic!("{error}: {json}"));
                assert_eq!(ids(find).await, wanted, "{json}");
            }
            found_some += usize::from(!wanted.is_empty() && wanted.len() < ROWS);
            tried += 1;
        }
    }
    assert!(found_some * 3 > tried, "most conditions say nothing: {found_some} of {tried} do");
    println!("{tried} filters in {:?}", start.elapsed());
}
