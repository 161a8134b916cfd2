//! Typed filters and orders.

use ominipg_runtime::Filter;
use ominipg_runtime::Ominipg;
use serde_json::json;

use crate::blog::seats::{self, Mood, NewSeat};
use crate::blog::{NewEverything, NewUser, User, UserAddress, UserRole, everything, users};
use crate::connect::blog_database;

async fn people() -> Ominipg {
    let db = blog_database().await;
    let address = UserAddress { city: "Paris".to_owned(), zip: Some(75_000) };
    let rows = [
        NewUser::new("ada@example.com", "Ada")
            .age(36)
            .tags(vec!["math".into(), "code".into()])
            .address(address),
        NewUser::new("bob@example.org", "Bob_%\\").age(17).role(UserRole::Admin),
        NewUser::new("cyd@example.com", "Cyd").tags(vec!["code".into()]),
        NewUser::new("dan@example.com", "dan")
            .age(64)
            .address(UserAddress { city: "Oslo".to_owned(), zip: None }),
    ];
    users::create_many(rows).execute(&db).await.unwrap();
    db
}

async fn names(db: &Ominipg, filter: Filter<User>) -> String {
    let rows = users::find().filter(filter).order_by(users::email().asc()).all(db).await.unwrap();
    rows.iter().map(|user| &user.email[..1]).collect()
}

#[tokio::test]
async fn comparisons() {
    let db = people().await;
    let cases: Vec<(Filter<User>, &str)> = vec![
        (users::age().eq(36), "a"),
        (users::age().ne(36), "bcd"),
        (!users::age().eq(36), "bcd"),
        (!users::age().ne(36), "a"),
        (users::name().ne("Ada"), "bcd"),
        (users::age().gt(17), "ad"),
        (users::age().gte(17), "abd"),
        (users::age().lt(36), "b"),
        (users::age().lte(36), "ab"),
        (!users::age().lte(36), "cd"),
        (users::age().between(17, 36), "ab"),
        (users::age().in_([17, 64, 5]), "bd"),
        (users::age().not_in([17, 64, 5]), "ac"),
        (users::age().in_([] as [i32; 0]), ""),
        (users::age().not_in([] as [i32; 0]), "abcd"),
        (users::age().is_null(), "c"),
        (users::age().is_not_null(), "abd"),
        (users::age().eq_opt(Some(17)), "b"),
        (users::age().eq_opt(None::<i32>), "abcd"),
        (users::age().when(Some(20), |age, least| age.gt(least)), "ad"),
        (users::role().eq(UserRole::Admin), "b"),
        (users::role().in_([UserRole::Member]), "acd"),
        (users::tags().has("code"), "ac"),
        (users::tags().overlaps(["math", "sport"]), "a"),
        (users::tags().contains(["math", "code"]), "a"),
        (users::tags().eq(["code"]), "c"),
        (users::tags().in_([vec!["code".to_owned()], vec![]]), "bcd"),
        (users::secret().is_null(), "abcd"),
    ];
    for (filter, expected) in cases {
        let text = format!("{filter:?}");
        assert_eq!(names(&db, filter).await, expected, "{text}");
    }
}

#[tokio::test]
async fn texts() {
    let db = people().await;
    let cases: Vec<(Filter<User>, &str)> = vec![
        (users::email().like("%.com"), "acd"),
        (users::name().like("D%"), ""),
        (users::name().ilike("D%"), "d"),
        (users::name().starts_with("Bob_%"), "b"),
        (users::name().starts_with("B_b"), ""),
        (users::name().ends_with("\\"), "b"),
        (users::name().contains("_%"), "b"),
        (users::name().contains("%"), "b"),
        (users::name().contains("d"), "acd"),
        (users::name().regex("^[A-C][a-z]+$"), "ac"),
        (!users::name().contains("d"), "b"),
    ];
    for (filter, expected) in cases {
        let text = format!("{filter:?}");
        assert_eq!(names(&db, filter).await, expected, "{text}");
    }
}

#[tokio::test]
async fn combinations() {
    let db = people().await;
    let (young, admin) = (|| users::age().lt(40), || users::role().eq(UserRole::Admin));
    assert_eq!(names(&db, young() & admin()).await, "b");
    assert_eq!(names(&db, young() | admin()).await, "ab");
    assert_eq!(names(&db, young() & !admin()).await, "a");
    assert_eq!(names(&db, !(young() | admin())).await, "cd");
    assert_eq!(names(&db, young().and(admin()).or(users::age().is_null())).await, "bc");
    assert_eq!(names(&db, young().not().not()).await, "ab");
    assert_eq!(names(&db, Filter::all([])).await, "abcd");
    assert_eq!(names(&db, Filter::any([])).await, "");
    assert_eq!(names(&db, Filter::all([]).not()).await, "");
    assert_eq!(names(&db, Filter::any((0..3_000).map(|age| users::age().eq(age)))).await, "abd");
    let both = users::find().filter(young()).filter(admin()).one(&db).await.unwrap();
    assert_eq!(both.age, Some(17));
}

#[tokio::test]
async fn places_in_json() {
    let db = people().await;
    let cases: Vec<(Filter<User>, &str)> = vec![
        (users::address().at("city").eq("Paris"), "a"),
        (users::address().at("city").ne("Paris"), "bcd"),
        (users::address().at("zip").gt(1), "a"),
        (users::address().at("city").gt(1), ""),
        (users::address().at("city").lt("P"), "d"),
        (users::address().at("city").in_(["Oslo", "Rome"]), "d"),
        (users::address().at("city").not_in(["Oslo", "Rome"]), "abc"),
        (users::address().at("city").ilike("p%"), "a"),
        (users::address().at("city").starts_with("Os"), "d"),
        (users::address().at("city").regex("^O"), "d"),
        (users::address().at("zip").exists(), "a"),
        (users::address().at("zip").is_null(), "bcd"),
        (users::address().contains(json!({"city": "Oslo"})), "d"),
        (users::address().eq(UserAddress { city: "Oslo".to_owned(), zip: None }), "d"),
        (users::address().is_null(), "bc"),
    ];
    for (filter, expected) in cases {
        let text = format!("{filter:?}");
        assert_eq!(names(&db, filter).await, expected, "{text}");
    }
    let row = NewEverything { id: 1, jsonb: Some(json!({"a": [{"b": 1.0}, null]})), ..Default::default() };
    everything::create(row).run(&db).await.unwrap();
    for (path, value, found) in [("a.0.b", json!(1), 1), ("a.1", json!(null), 1), ("a.2", json!(null), 0)] {
        let filter = everything::jsonb().at(path).eq(value);
        assert_eq!(everything::find().filter(filter).count(&db).await.unwrap(), found, "{path}");
    }
}

#[tokio::test]
async fn types_of_the_schemas_own() {
    let db = blog_database().await;
    let rows = [
        NewSeat::new(1, "A").mood(Mood::Happy).moods(vec![Mood::Sad, Mood::Happy]),
        NewSeat::new(2, "B").mood(Mood::Sad),
    ];
    seats::create_many(rows).execute(&db).await.unwrap();
    for filter in [
        seats::mood().eq(Mood::Happy),
        seats::mood().ne(Mood::Sad),
        seats::mood().in_([Mood::Happy]),
        seats::moods().has(Mood::Sad),
        seats::moods().overlaps([Mood::Sad]),
        seats::moods().contains(vec![Mood::Happy]),
        seats::moods().eq(vec![Mood::Sad, Mood::Happy]),
        seats::moods().in_([vec![Mood::Sad, Mood::Happy]]),
    ] {
        assert_eq!(seats::find().filter(filter).one(&db).await.unwrap().row, 1);
    }
}

#[tokio::test]
async fn orders() {
    let db = people().await;
    let by = |order: Vec<ominipg_runtime::Order<User>>| {
        let db = db.clone();
        async move {
            let rows = users::find().order_by(order).all(&db).await.unwrap();
            rows.iter().map(|user| &user.email[..1]).collect::<String>()
        }
    };
    assert_eq!(by(vec![users::age().asc()]).await, "badc");
    assert_eq!(by(vec![users::age().desc()]).await, "cdab");
    assert_eq!(by(vec![users::age().desc().nulls_last()]).await, "dabc");
    assert_eq!(by(vec![users::age().asc().nulls_first()]).await, "cbad");
    assert_eq!(by(vec![users::role().asc(), users::email().desc()]).await, "bdca");
    let pair = users::find().order_by((users::role().asc(), users::email().desc())).limit(2);
    assert_eq!(pair.all(&db).await.unwrap()[1].name, "dan");
}

#[tokio::test]
async fn a_value_that_cannot_be_sent_names_its_column() {
    let db = people().await;
    let huge = ominipg_runtime::codegen_support::Decimal::MAX;
    let filter = everything::numeric().eq(huge) & everything::text().eq("a\0b");
    let error = everything::find().filter(filter).all(&db).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "22021", "{error}");
}
