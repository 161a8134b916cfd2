//! MongoDB-style filters, as they come with requests.

use ominipg_runtime::{ErrorKind, Ominipg};
use serde_json::{Value, json};

use crate::blog::{NewEverything, NewUser, UserAddress, UserRole, everything, users};
use crate::connect::blog_database;

async fn people() -> Ominipg {
    let db = blog_database().await;
    let address = UserAddress { city: "Paris".to_owned(), zip: Some(75_000) };
    let rows = [
        NewUser::new("ada@example.com", "Ada")
            .age(36)
            .tags(vec!["math".into(), "code".into()])
            .address(address),
        NewUser::new("bob@example.org", "Bob").age(17).role(UserRole::Admin),
        NewUser::new("cyd@example.com", "Cyd").tags(vec!["code".into()]).secret("s"),
        NewUser::new("dan@example.com", "dan")
            .age(64)
            .address(UserAddress { city: "Oslo".to_owned(), zip: None }),
    ];
    users::create_many(rows).execute(&db).await.unwrap();
    db
}

#[tokio::test]
async fn mean_what_they_mean_in_mongodb() {
    let db = people().await;
    let cases = [
        (json!({}), "abcd"),
        (json!({"age": 36}), "a"),
        (json!({"age": 36.0}), "a"),
        (json!({"age": null}), "c"),
        (json!({"age": {"$ne": null}}), "abd"),
        (json!({"age": {"$ne": 36}}), "bcd"),
        (json!({"age": {"$gte": 17, "$lt": 64}}), "ab"),
        (json!({"age": {"$gt": 17}, "name": {"$like": "A%"}}), "a"),
        (json!({"age": {"$lte": 17}}), "b"),
        (json!({"age": {"$in": [17, 64]}}), "bd"),
        (json!({"age": {"$in": [17, null]}}), "bc"),
        (json!({"age": {"$in": []}}), ""),
        (json!({"age": {"$nin": [17, 64]}}), "ac"),
        (json!({"age": {"$nin": [17, null]}}), "ad"),
        (json!({"age": {"$exists": false}}), "c"),
        (json!({"age": {"$exists": true}}), "abd"),
        (json!({"age": {"$not": {"$gt": 17}}}), "bc"),
        (json!({"name": {"$ilike": "D%"}}), "d"),
        (json!({"name": {"$regex": "^[A-C]"}}), "abc"),
        (json!({"role": "admin"}), "b"),
        (json!({"tags": "code"}), "ac"),
        (json!({"tags": ["code"]}), "c"),
        (json!({"tags": {"$in": ["math", "x"]}}), "a"),
        (json!({"tags": {"$nin": ["math", "x"]}}), "bcd"),
        (json!({"tags": {"$ne": "math"}}), "bcd"),
        (json!({"address": null}), "bc"),
        (json!({"address": {"$exists": true}}), "ad"),
        (json!({"address": {"city": "Oslo"}}), "d"),
        (json!({"address.city": "Paris"}), "a"),
        (json!({"address.city": {"$ne": "Paris"}}), "bcd"),
        (json!({"address.city": {"$in": ["Paris", "Oslo"]}}), "ad"),
        (json!({"address.city": {"$nin": ["Paris", null]}}), "d"),
        (json!({"address.city": {"$like": "P%"}}), "a"),
        (json!({"address.zip": {"$gt": 10}}), "a"),
        (json!({"address.zip": {"$exists": false}}), "bcd"),
        (json!({"address.zip": null}), "bcd"),
        (json!({"$or": [{"age": 17}, {"name": "Cyd"}]}), "bc"),
        (json!({"$nor": [{"age": 17}, {"name": "Cyd"}]}), "ad"),
        (json!({"$and": [{"age": {"$gt": 17}}, {"age": {"$lt": 40}}]}), "a"),
        (json!({"$not": {"age": 17}}), "acd"),
    ];
    for (filter, expected) in cases {
        let rows = users::find()
            .filter_json(&filter)
            .unwrap()
            .order_by(users::email().asc())
            .all(&db)
            .await
            .unwrap();
        let found: String = rows.iter().map(|user| &user.email[..1]).collect();
        assert_eq!(found, expected, "{filter}");
    }
}

#[tokio::test]
async fn every_type_is_read_from_json() {
    let db = blog_database().await;
    let row = NewEverything {
        id: 1,
        int2: Some(2),
        int8: Some(i64::MAX),
        float4: Some(0.1),
        float8: Some(0.1),
        bool: Some(true),
        uuid: Some("67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap()),
        timestamptz: Some("2024-01-31T12:00:00.5Z".parse().unwrap()),
        date: Some("2024-01-31".parse().unwrap()),
        time: Some("12:00:00".parse().unwrap()),
        interval: Some("P1DT2H".parse().unwrap()),
        bytea: Some(vec![0, 255]),
        inet: Some("::1".parse().unwrap()),
        numeric: Some("12.50".parse().unwrap()),
        ints: Some(vec![1, 2]),
        ..Default::default()
    };
    everything::create(row).run(&db).await.unwrap();
    for filter in [
        json!({"int2": 2, "int8": i64::MAX, "float4": 0.1, "float8": {"$gte": 0.1}, "bool": true}),
        json!({"uuid": "67e55044-10b1-426f-9247-bb680e5fe0c8", "timestamptz": "2024-01-31T13:00:00.5+01:00"}),
        json!({"date": {"$in": ["2024-01-31"]}, "time": "12:00:00", "interval": "P1DT2H", "bytea": "AP8="}),
        json!({"inet": "::1", "numeric": 12.5, "ints": 2}),
        json!({"numeric": {"$lt": "12.51"}, "ints": [1, 2]}),
    ] {
        assert_eq!(everything::find().filter_json(&filter).unwrap().count(&db).await.unwrap(), 1, "{filter}");
    }
}

#[test]
fn what_is_not_understood_is_an_error_at_its_place() {
    let deep = (0..40).fold(json!({"age": 1}), |inner, _| json!({"$and": [inner]}));
    let long = json!({"$or": vec![json!({"age": 1}); 1_001]});
    let cases: Vec<(Value, &str, &str)> = vec![
        (json!([]), "(root)", "object"),
        (json!({"nam": 1}), "/nam", "known are id, email, name, age, role, address, tags, updatedAt"),
        (json!({"secret": "s"}), "/secret", "writeOnly"),
        (json!({"$or": [{"secret": {"$like": "s%"}}]}), "/$or/0/secret", "writeOnly"),
        (json!({"age": {"$foo": 1}}), "/age/$foo", "unknown"),
        (json!({"$where": "1"}), "/$where", "unknown"),
        (json!({"age": {"$gt": 1, "x": 1}}), "/age/x", "unknown"),
        (json!({"age": {}}), "/age", "operator"),
        (json!({"age": "x"}), "/age", "expected an integer of 32 bits, found \"x\""),
        (json!({"age": 1.5}), "/age", "integer"),
        (json!({"age": 3_000_000_000_i64}), "/age", "32 bits"),
        (json!({"age": {"$in": [1, "x"]}}), "/age/$in", "integer"),
        (json!({"age": {"$in": 1}}), "/age/$in", "list"),
        (json!({"age": {"$like": "1"}}), "/age/$like", "text"),
        (json!({"age": {"$gt": null}}), "/age/$gt", "integer"),
        (json!({"age": {"$not": 1}}), "/age/$not", "operators"),
        (json!({"age": {"$exists": 1}}), "/age/$exists", "true or false"),
        (json!({"name": {"$regex": 1}}), "/name/$regex", "string"),
        (json!({"name": {"$regex": "a".repeat(1_001)}}), "/name/$regex", "1000 bytes"),
        (json!({"name": ["a"]}), "/name", "a list"),
        (json!({"name.first": "a"}), "/name.first", "no JSON column"),
        (json!({"address..city": "a"}), "/address..city", "empty"),
        (json!({"address.city": {"$gt": true}}), "/address.city/$gt", "numbers or strings"),
        (json!({"role": "boss"}), "/role", "known are admin, member"),
        (json!({"role": {"$in": ["admin", "boss"]}}), "/role/$in", "boss"),
        (json!({"id": "x"}), "/id", "UUID"),
        (json!({"tags": {"$gt": "a"}}), "/tags/$gt", "no order"),
        (json!({"tags": 1}), "/tags", "string"),
        (json!({"updatedAt": "yesterday"}), "/updatedAt", "time stamp"),
        (json!({"$or": []}), "/$or", "not empty"),
        (json!({"$or": {"age": 1}}), "/$or", "list"),
        (json!({"$or": [1]}), "/$or/0", "object"),
        (json!({"a/b~c": 1}), "/a~1b~0c", "not a property"),
        (deep, "/$and/0/$and/0", "deeper than 32"),
        (long, "/$or/1000/age", "more than 1000 conditions"),
    ];
    for (filter, pointer, message) in cases {
        let error = users::find().filter_json(&filter).err().unwrap_or_else(|| panic!("{filter}"));
        assert_eq!(error.kind(), ErrorKind::Filter);
        let text = error.to_string();
        assert!(text.contains(&format!("at {pointer}")) && text.contains(message), "{filter}: {text}");
    }
}
