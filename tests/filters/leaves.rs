//! Single conditions, each in SQL by a typed filter, as JSON, and in Rust.

use ominipg::codegen_support::serde_json::{Value, json};
use ominipg::codegen_support::{Date, Uuid};
use ominipg::{Column, Filter};
use ominipg_test_support::Random;

use crate::blog::Everything;
use crate::blog::everything::{self, EverythingColor, EverythingMaybeColor};
use crate::words::word;

pub(crate) struct Leaf {
    pub(crate) typed: Filter<Everything>,
    pub(crate) json: Option<Value>,
    pub(crate) naive: Box<dyn Fn(&Value) -> bool>,
}

fn leaf(
    typed: Filter<Everything>,
    json: impl Into<Option<Value>>,
    naive: impl Fn(&Value) -> bool + 'static,
) -> Leaf {
    Leaf { typed, json: json.into(), naive: Box::new(naive) }
}

/// A condition on a column that has an order.
macro_rules! ordered {
    ($random:expr, $column:expr, $property:expr, $low:expr, $high:expr, $get:expr) => {{
        let (low, high) = ($low, $high);
        let (one, other) = (low.clone(), high.clone());
        let get = $get;
        let name = $property;
        match $random.below(9) {
            0 => leaf($column.eq(low), json!({ name: one }), move |row| get(row).is_some_and(|is| is == one)),
            1 => leaf($column.ne(low), json!({ name: { "$ne": one } }), move |row| get(row) != Some(one.clone())),
            2 => leaf($column.gt(low), json!({ name: { "$gt": one } }), move |row| get(row).is_some_and(|is| is > one)),
            3 => leaf($column.gte(low), json!({ name: { "$gte": one } }), move |row| get(row).is_some_and(|is| is >= one)),
            4 => leaf($column.lt(low), json!({ name: { "$lt": one } }), move |row| get(row).is_some_and(|is| is < one)),
            5 => leaf($column.lte(low), json!({ name: { "$lte": one } }), move |row| get(row).is_some_and(|is| is <= one)),
            6 => leaf($column.between(low, high), json!({ name: { "$gte": one, "$lte": other } }), move |row| {
                get(row).is_some_and(|is| is >= one && is <= other)
            }),
            7 => leaf($column.in_([low, high]), json!({ name: { "$in": [one, other] } }), move |row| {
                get(row).is_some_and(|is| is == one || is == other)
            }),
            _ => leaf($column.not_in([low, high]), json!({ name: { "$nin": [one, other] } }), move |row| {
                !get(row).is_some_and(|is| is == one || is == other)
            }),
        }
    }};
}

fn text_of(row: &Value, name: &str) -> Option<String> {
    row[name].as_str().map(str::to_owned)
}

fn number_of(row: &Value, name: &str) -> Option<f64> {
    row[name].as_f64()
}

/// Whether a text matches a pattern of LIKE.
fn like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    fn go(text: &[char], pattern: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['%', rest @ ..] => (0..=text.len()).any(|at| go(&text[at..], rest)),
            ['\\', wanted, rest @ ..] => text.first() == Some(wanted) && go(&text[1..], rest),
            ['_', rest @ ..] => !text.is_empty() && go(&text[1..], rest),
            [wanted, rest @ ..] => text.first() == Some(wanted) && go(&text[1..], rest),
        }
    }
    go(&text, &pattern)
}

/// A condition on a text; `get` reads it.
macro_rules! texts {
    ($random:expr, $column:expr, $property:expr) => {{
        let part = word($random);
        let name = $property;
        let pattern = *$random.choose(&["a%", "%b%", "_", "a_c", "%", "a\\%", "%\\_%", ""]);
        let get = move |row: &Value| text_of(row, name);
        let is = part.clone();
        match $random.below(6) {
            0 => leaf($column.like(pattern), json!({ name: { "$like": pattern } }), move |row| {
                get(row).is_some_and(|text| like(&text, pattern))
            }),
            1 => leaf($column.ilike(pattern), json!({ name: { "$ilike": pattern } }), move |row| {
                get(row).is_some_and(|text| like(&text.to_lowercase(), &pattern.to_lowercase()))
            }),
            2 => leaf($column.starts_with(&part), None, move |row| {
                get(row).is_some_and(|text| text.starts_with(&is))
            }),
            3 => leaf($column.ends_with(&part), None, move |row| {
                get(row).is_some_and(|text| text.ends_with(&is))
            }),
            4 => leaf($column.contains(part.as_str()), None, move |row| {
                get(row).is_some_and(|text| text.contains(&is))
            }),
            _ => leaf($column.regex("^[ab]+$"), json!({ name: { "$regex": "^[ab]+$" } }), move |row| {
                get(row).is_some_and(|text| !text.is_empty() && text.chars().all(|c| c == 'a' || c == 'b'))
            }),
        }
    }};
}

fn nullness<T: ominipg::Scalar>(
    random: &mut Random,
    column: Column<Everything, Option<T>>,
    name: &'static str,
) -> Leaf {
    match random.below(2) {
        0 => leaf(column.is_null(), json!({ name: null }), move |row| row[name].is_null()),
        _ => {
            leaf(column.is_not_null(), json!({ name: { "$exists": true } }), move |row| !row[name].is_null())
        }
    }
}

fn list(row: &Value, name: &str) -> Option<Vec<String>> {
    let items = row[name].as_array()?;
    Some(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
}

fn words(random: &mut Random) -> Vec<String> {
    (0..1 + random.below(2)).map(|_| word(random)).collect()
}

/// Any condition.
pub(crate) fn any(random: &mut Random) -> Leaf {
    match random.below(14) {
        0 => {
            let (low, high) = (word(random), word(random));
            ordered!(random, everything::text(), "text", low, high, |row: &Value| text_of(row, "text"))
        }
        1 => {
            let (low, high) = (word(random), word(random));
            let get = |row: &Value| text_of(row, "maybeText");
            ordered!(random, everything::maybe_text(), "maybeText", low, high, get)
        }
        2 => {
            let (low, high) = (random.below(7) as i32 - 3, random.below(7) as i32 - 3);
            let get = |row: &Value| row["medium"].as_i64().map(|is| is as i32);
            ordered!(random, everything::medium(), "medium", low, high, get)
        }
        3 => {
            let (low, high) = (random.below(5) as i16, random.below(5) as i16);
            let get = |row: &Value| row["maybeShort"].as_i64().map(|is| is as i16);
            ordered!(random, everything::maybe_short(), "maybeShort", low, high, get)
        }
        4 => {
            let (low, high) = (random.below(9) as f64 / 2.0, random.below(9) as f64 / 2.0);
            ordered!(random, everything::double(), "double", low, high, |row: &Value| number_of(
                row, "double"
            ))
        }
        5 => {
            let (low, high) = (random.below(5) as f64, random.below(5) as f64);
            let get = |row: &Value| number_of(row, "maybeDouble");
            ordered!(random, everything::maybe_double(), "maybeDouble", low, high, get)
        }
        6 => {
            let date = |random: &mut Random| -> Date {
                format!("2024-0{}-1{}", 1 + random.below(2), random.below(3)).parse().expect("it is a date")
            };
            let (low, high) = (date(random), date(random));
            let get =
                |row: &Value| text_of(row, "maybeDay").map(|day| day.parse::<Date>().expect("it is a date"));
            ordered!(random, everything::maybe_day(), "maybeDay", low, high, get)
        }
        7 => texts!(random, everything::text(), "text"),
        8 => texts!(random, everything::maybe_text(), "maybeText"),
        9 => match random.below(4) {
            0 => nullness(random, everything::maybe_text(), "maybeText"),
            1 => nullness(random, everything::maybe_flag(), "maybeFlag"),
            2 => nullness(random, everything::maybe_color(), "maybeColor"),
            _ => nullness(random, everything::maybe_texts(), "maybeTexts"),
        },
        10 => plain(random),
        11 => arrays(random),
        12 => inside_text(random),
        _ => inside_number(random),
    }
}

fn plain(random: &mut Random) -> Leaf {
    let flag = random.below(2) == 0;
    let digit = random.below(3);
    match random.below(5) {
        0 => leaf(everything::flag().eq(flag), json!({ "flag": flag }), move |row| row["flag"] == flag),
        1 => leaf(everything::maybe_flag().ne(flag), json!({ "maybeFlag": { "$ne": flag } }), move |row| {
            row["maybeFlag"] != flag
        }),
        2 => leaf(everything::color().eq(EverythingColor::Red), json!({ "color": "red" }), |row| {
            row["color"] == "red"
        }),
        3 => leaf(
            everything::maybe_color().not_in([EverythingMaybeColor::Red, EverythingMaybeColor::Blue]),
            json!({ "maybeColor": { "$nin": ["red", "blue"] } }),
            |row| row["maybeColor"] != "red" && row["maybeColor"] != "blue",
        ),
        _ => {
            let text = format!("00000000-0000-4000-8000-00000000000{digit}");
            let id: Uuid = text.parse().expect("it is one");
            leaf(everything::uuid().eq(id), json!({ "uuid": text }), move |row| row["uuid"] == text)
        }
    }
}

fn arrays(random: &mut Random) -> Leaf {
    let word: String = word(random);
    let several = words(random);
    let (is, all) = (word.clone(), several.clone());
    match random.below(6) {
        0 => leaf(everything::texts().has(word.as_str()), None, move |row| {
            list(row, "texts").is_some_and(|list| list.contains(&is))
        }),
        1 => leaf(everything::maybe_texts().has(word.as_str()), None, move |row| {
            list(row, "maybeTexts").is_some_and(|list| list.contains(&is))
        }),
        2 => leaf(everything::texts().overlaps(several), None, move |row| {
            list(row, "texts").is_some_and(|list| all.iter().any(|one| list.contains(one)))
        }),
        3 => leaf(everything::maybe_texts().contains(several), None, move |row| {
            list(row, "maybeTexts").is_some_and(|list| all.iter().all(|one| list.contains(one)))
        }),
        4 => leaf(everything::texts().eq(several), json!({ "texts": all }), move |row| {
            list(row, "texts") == Some(all.clone())
        }),
        _ => {
            let number = random.below(4) as i32;
            leaf(everything::numbers().has(number), None, move |row| {
                row["numbers"].as_array().is_some_and(|list| list.iter().any(|is| *is == number))
            })
        }
    }
}

fn inside_text(random: &mut Random) -> Leaf {
    let word: String = word(random);
    let is = word.clone();
    let at = || everything::document().at("kind");
    let get = |row: &Value| text_of(&row["document"], "kind");
    match random.below(4) {
        0 => leaf(at().eq(word), json!({ "document.kind": is }), move |row| get(row) == Some(is.clone())),
        1 => leaf(at().ne(word), json!({ "document.kind": { "$ne": is } }), move |row| {
            get(row) != Some(is.clone())
        }),
        2 => {
            leaf(at().starts_with(&word), None, move |row| get(row).is_some_and(|kind| kind.starts_with(&is)))
        }
        _ => leaf(at().like("a%"), json!({ "document.kind": { "$like": "a%" } }), move |row| {
            get(row).is_some_and(|kind| kind.starts_with('a'))
        }),
    }
}

fn inside_number(random: &mut Random) -> Leaf {
    let number = random.below(4) as i64;
    let at = || everything::document().at("size");
    let get = |row: &Value| row["document"]["size"].as_i64();
    match random.below(7) {
        0 => leaf(at().eq(number), json!({ "document.size": number }), move |row| get(row) == Some(number)),
        1 => leaf(at().ne(number), json!({ "document.size": { "$ne": number } }), move |row| {
            get(row) != Some(number)
        }),
        2 => leaf(at().gt(number), json!({ "document.size": { "$gt": number } }), move |row| {
            get(row).is_some_and(|is| is > number)
        }),
        3 => leaf(at().lte(number), json!({ "document.size": { "$lte": number } }), move |row| {
            get(row).is_some_and(|is| is <= number)
        }),
        4 => leaf(at().in_([number, 0]), json!({ "document.size": { "$in": [number, 0] } }), move |row| {
            get(row).is_some_and(|is| is == number || is == 0)
        }),
        5 => leaf(at().exists(), json!({ "document.size": { "$exists": true } }), move |row| {
            get(row).is_some()
        }),
        _ => leaf(at().is_null(), json!({ "document.size": null }), move |row| get(row).is_none()),
    }
}
