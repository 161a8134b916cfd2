//! Every type there and back, alone and in bulk.

use std::collections::BTreeMap;

use ominipg_runtime::codegen_support::{Decimal, Uuid};
use ominipg_runtime::{ErrorKind, Interval};
use serde_json::json;

use crate::blog::everything;
use crate::blog::{Everything, users};
use crate::connect::blog_database;

fn samples() -> Vec<Everything> {
    let full = Everything {
        id: 1,
        text: Some("ß\"'\\%\n\t€𝄞".to_owned()),
        int2: Some(i16::MIN),
        int4: Some(i32::MIN),
        int8: Some(i64::MIN),
        float4: Some(f32::MIN_POSITIVE),
        float8: Some(f64::MAX),
        bool: Some(false),
        uuid: Some(Uuid::from_u128(7)),
        timestamptz: Some("0001-01-01T00:00:00.000001Z".parse().unwrap()),
        date: Some("9999-12-31".parse().unwrap()),
        time: Some("23:59:59.999999".parse().unwrap()),
        interval: Some(Interval { months: -14, days: 3, microseconds: -1 }),
        bytea: Some(vec![0, 1, 255]),
        inet: Some("2001:db8::1".parse().unwrap()),
        numeric: Some("-79228162514264337593543950335".parse().unwrap()),
        jsonb: Some(json!({"a": [1, 2.5, null, "x"], "b": {}})),
        texts: Some(vec!["a,b".to_owned(), "{\"}".to_owned(), String::new()]),
        ints: Some(vec![i32::MAX, 0]),
        byteas: Some(vec![vec![], vec![1]]),
        decimals: Some(vec![Decimal::new(125, 2), Decimal::ZERO]),
    };
    let empty = Everything {
        id: 3,
        text: Some(String::new()),
        float8: Some(f64::NEG_INFINITY),
        bytea: Some(vec![]),
        texts: Some(vec![]),
        ints: Some(vec![]),
        ..Default::default()
    };
    let nulls = Everything { id: 2, ..Default::default() };
    vec![full, nulls, empty]
}

#[tokio::test]
async fn values_come_back_as_they_went() {
    let db = blog_database().await;
    for (single, sample) in samples().into_iter().enumerate() {
        let made = everything::create(sample.clone()).run(&db).await.unwrap();
        assert_eq!(made, sample, "{single}");
    }
    // In bulk, every row beside every other, many times.
    let rows: Vec<Everything> =
        (0..1_200).map(|n| Everything { id: 100 + n as i32, ..samples()[n % 3].clone() }).collect();
    assert_eq!(everything::create_many(rows.clone()).run(&db).await.unwrap(), rows);
    let found = everything::find().all(&db).await.unwrap();
    let stored: BTreeMap<i32, Everything> = found.into_iter().map(|row| (row.id, row)).collect();
    assert!(rows.iter().all(|row| stored[&row.id] == *row));
}

#[tokio::test]
async fn every_type_can_be_filtered() {
    let db = blog_database().await;
    let rows = samples();
    everything::create_many(rows.clone()).execute(&db).await.unwrap();
    let full = rows[0].clone();
    macro_rules! each {
        ($($column:ident),*) => { $(
            let filter = everything::$column().eq(full.$column.clone().unwrap());
            let found = everything::find().filter(filter).all(&db).await.unwrap();
            assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [1], stringify!($column));
            let filter = everything::$column().in_([full.$column.clone().unwrap()]);
            assert_eq!(everything::find().filter(filter).count(&db).await.unwrap(), 1, stringify!($column));
        )* };
    }
    each!(text, int2, int4, int8, float4, float8, bool, uuid, timestamptz, date, time, interval, bytea, inet);
    each!(numeric, texts, ints, byteas, decimals);
}

#[tokio::test]
async fn a_value_that_cannot_be_read_names_its_place() {
    let db = blog_database().await;
    db.batch_execute("ALTER TABLE users DROP CONSTRAINT users_role_check").await.unwrap();
    db.batch_execute("INSERT INTO users (email, name, role) VALUES ('a', 'a', 'boss')").await.unwrap();
    let error = users::find().all(&db).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let text = error.to_string();
    for part in ["`users.role`", "`text`", "UserRole", "boss", "admin, member"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    db.batch_execute("UPDATE users SET role = 'admin', address = '{\"city\": 1}'").await.unwrap();
    let text = users::find().all(&db).await.unwrap_err().to_string();
    for part in ["`users.address`", "`jsonb`", "UserAddress", "invalid type"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    db.batch_execute("INSERT INTO everything (id, timestamptz) VALUES (1, 'infinity')").await.unwrap();
    assert!(everything::find().all(&db).await.unwrap_err().to_string().contains("`everything.timestamptz`"));
    db.batch_execute("UPDATE everything SET timestamptz = NULL, numeric = 'NaN'").await.unwrap();
    assert!(everything::find().all(&db).await.unwrap_err().to_string().contains("`everything.numeric`"));
}
