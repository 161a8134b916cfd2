//! Reads that are more than rows: aggregates, partial selects, pages, locks.

use ominipg::codegen_support::serde_json::json;
use ominipg::{After, Column, ErrorKind, JsonPolicy, Ominipg, Order, count};

use crate::blog::{NewPost, NewUser, Post, User, UserRole, posts, users};
use crate::place::{Kind, Place};

fn person(name: &str) -> NewUser {
    NewUser::new(format!("{}@example.com", name.to_lowercase()), name, Vec::new())
}

/// Five users, of whom Ada and Dan are 36 and Bob has no age, and six posts: three of Ada's, two of Bob's, one of Cleo's.
async fn people_and_posts(db: &Ominipg) {
    let people = [
        person("Ada").age(36).role(UserRole::Admin),
        person("Bob"),
        person("Cleo").age(20),
        person("Dan").age(36),
        person("Eve").age(50).role(UserRole::Admin),
    ];
    let people = users::create_many(people).run(db).await.expect("created");
    let post = |author: &User, title: &str, rating: Option<f64>| {
        let new = NewPost::new(title, "…", author.id);
        rating.map_or(new.clone(), |rating| new.rating(rating))
    };
    let rows = [
        post(&people[0], "a", Some(4.5)),
        post(&people[0], "b", Some(2.5)),
        post(&people[0], "c", None),
        post(&people[1], "d", Some(5.0)),
        post(&people[1], "e", Some(5.0)),
        post(&people[2], "f", None),
    ];
    posts::create_many(rows).run(db).await.expect("created");
}

pub(crate) async fn selects(_: &Place, db: Ominipg) {
    people_and_posts(&db).await;
    let names: Vec<String> = users::find()
        .select(users::name())
        .order_by(users::name().desc())
        .limit(2)
        .all(&db)
        .await
        .expect("found");
    assert_eq!(names, ["Eve", "Dan"]);
    let some: Vec<(String, Option<i32>, UserRole)> = users::find()
        .filter(users::age().lt(40))
        .select((users::name(), users::age(), users::role()))
        .order_by((users::age().desc(), users::name().asc()))
        .all(&db)
        .await
        .expect("found");
    let expected =
        [("Ada", 36, UserRole::Admin), ("Dan", 36, UserRole::Member), ("Cleo", 20, UserRole::Member)];
    assert_eq!(some, expected.map(|(name, age, role)| (name.to_owned(), Some(age), role)));
    let ages = users::find()
        .select(users::age())
        .distinct()
        .order_by(users::age().asc().nulls_first())
        .all(&db)
        .await;
    assert_eq!(ages.expect("found"), [None, Some(20), Some(36), Some(50)]);

    #[derive(Debug, PartialEq)]
    struct Card {
        name: String,
        tags: Vec<String>,
    }
    let cards = users::find().select((users::name(), users::tags())).map(|(name, tags)| Card { name, tags });
    let first = cards.clone().order_by(users::name().asc()).first(&db).await.expect("found");
    assert_eq!(first, Some(Card { name: "Ada".to_owned(), tags: Vec::new() }));
    assert_eq!(cards.clone().one(&db).await.expect_err("there are five").kind(), ErrorKind::TooMany);
    assert_eq!(cards.offset(5).first(&db).await.expect("asked"), None);
}

pub(crate) async fn aggregates(_: &Place, db: Ominipg) {
    let nothing = users::find().select((count(), users::age().max(), users::age().sum())).one(&db).await;
    assert_eq!(nothing.expect("one row"), (0, None, None));
    people_and_posts(&db).await;
    let all = users::find()
        .select((
            count(),
            users::age().count(),
            users::age().count_distinct(),
            users::age().min(),
            users::age().max(),
            users::age().sum(),
            users::age().avg(),
            users::name().max(),
        ))
        .one(&db)
        .await
        .expect("one row");
    assert_eq!(all, (5, 4, 3, Some(20), Some(50), Some(142), Some(35.5), Some("Eve".to_owned())));
    let by_role: Vec<(UserRole, i64, Option<f64>)> = users::find()
        .select((users::role(), count(), users::age().avg()))
        .order_by((count().desc(), users::role().asc()))
        .all(&db)
        .await
        .expect("found");
    assert_eq!(by_role, [(UserRole::Member, 3, Some(28.0)), (UserRole::Admin, 2, Some(43.0))]);
    let busy = posts::find()
        .filter(posts::title().ne("e"))
        .select((posts::author_id(), count(), count().filter(posts::rating().gte(4.0)), posts::id().sum()))
        .having(count().gte(2) & posts::rating().max().gt(1.0))
        .all(&db)
        .await
        .expect("found");
    assert_eq!(busy.len(), 1);
    assert_eq!((busy[0].1, busy[0].2), (3, 1));
    assert_eq!(busy[0].3.expect("a sum").to_string(), "6");
    let rare = posts::find().select(posts::author_id()).distinct().all(&db).await.expect("found").len();
    assert_eq!(rare, 3);
}

async fn all_pages<O: ominipg::IntoOrder<User> + Clone>(db: &Ominipg, order: O, rows: u64) -> Vec<User> {
    let (mut found, mut after) = (Vec::new(), After::start(rows));
    loop {
        let page = users::find().order_by(order.clone()).page(after, db).await.expect("a page");
        assert!(page.items.len() as u64 <= rows);
        found.extend(page.items);
        let Some(next) = page.next else { return found };
        after = After::cursor(rows, next);
    }
}

pub(crate) async fn pages(_: &Place, db: Ominipg) {
    people_and_posts(&db).await;
    type Sorted = fn(Column<User, Option<i32>>) -> Order<User>;
    let ages: [Sorted; 6] = [
        |age| age.asc(),
        |age| age.desc(),
        |age| age.asc().nulls_first(),
        |age| age.desc().nulls_first(),
        |age| age.asc().nulls_last(),
        |age| age.desc().nulls_last(),
    ];
    for by_age in ages {
        for by_name in [users::name().asc(), users::name().desc()] {
            for order in [
                vec![by_age(users::age()), by_name.clone()],
                vec![users::role().desc(), by_age(users::age())],
            ] {
                let by_key = [order.clone(), vec![users::id().asc()]].concat();
                let expected = users::find().order_by(by_key).all(&db).await.expect("found");
                for rows in 1..=6 {
                    assert_eq!(all_pages(&db, order.clone(), rows).await, expected, "{order:?} by {rows}");
                }
            }
        }
    }
    // Rows that come and go do not move the others.
    let first = users::find().order_by(users::name().asc()).page(After::start(2), &db).await.expect("a page");
    users::by_key(first.items[0].id).delete().run(&db).await.expect("deleted");
    users::create(person("Abe")).run(&db).await.expect("created");
    let next = first.next.expect("there are more");
    let second =
        users::find().order_by(users::name().asc()).page(After::cursor(2, &next), &db).await.expect("a page");
    let names: Vec<&str> = second.items.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(names, ["Cleo", "Dan"]);
    let with = users::find()
        .with(users::posts())
        .order_by(users::name().asc())
        .page(After::maybe(9, Some(&next)), &db);
    let with = with.await.expect("a page");
    assert_eq!((with.items[0].1.len(), with.items.len(), with.next), (1, 3, None));

    for (cursor, find) in [
        (next.clone(), users::find().order_by(users::name().desc())),
        (next[1..].to_owned(), users::find().order_by(users::name().asc())),
        ("'; DROP TABLE users; --".to_owned(), users::find()),
    ] {
        let refused = find.page(After::cursor(2, cursor), &db).await.expect_err("it is of another search");
        assert_eq!(refused.kind(), ErrorKind::Parameter, "{refused}");
    }
}

pub(crate) async fn locks(place: &Place, db: Ominipg) {
    people_and_posts(&db).await;
    let tx = db.transaction().await.expect("begun");
    let find = || posts::find().order_by(posts::id().asc()).limit(1);
    let mine: Vec<Post> = find().for_update().skip_locked().all(&tx).await.expect("locked");
    assert_eq!(mine[0].title, "a");
    if matches!(place.kind, Kind::Direct | Kind::ServerWorker) {
        let other = db.transaction().await.expect("begun");
        let theirs = find().for_no_key_update().skip_locked().all(&other).await.expect("another");
        assert_eq!(theirs[0].title, "b");
        let refused = find().for_share().nowait().all(&other).await.expect_err("it is locked");
        assert_eq!(refused.code().map(|code| code.code()), Some("55P03"), "{refused}");
        drop(other);
    }
    find().for_key_share().all(&tx).await.expect("it is ours");
    tx.commit().await.expect("committed");
}

pub(crate) async fn searches(_: &Place, db: Ominipg) {
    let author = users::create(person("Ada")).run(&db).await.expect("created").id;
    let post = |title: &str, body: &str| NewPost::new(title, body, author);
    let rows = [
        post("Running an engine", "A compiler in the cellar."),
        post("Query builders", "An engine that runs queries, and a builder of them; engines run and run."),
        post("Gardens", "Nothing about machines: it's about roses."),
    ];
    posts::create_many(rows).run(&db).await.expect("created");
    let found = async |words: &str| {
        let find = posts::find().filter(posts::search(words)).order_by(posts::title().asc());
        find.select(posts::title()).all(&db).await.expect("found").join(", ")
    };
    assert_eq!(found("engines").await, "Query builders, Running an engine");
    assert_eq!(found("engine -compiler").await, "Query builders");
    assert_eq!(found("\"query builders\" or rose").await, "Gardens, Query builders");
    assert_eq!(found("it's about").await, "", "words that every text has say nothing");
    for hostile in ["'", "& | !", "':*", "\\", "((", "\"", "a <-> b", ""] {
        assert_eq!(found(hostile).await, "", "{hostile}");
    }
    let best = posts::find().filter(posts::search("run engine")).order_by(posts::search_rank("run engine"));
    assert_eq!(best.first(&db).await.expect("found").expect("one").title, "Query builders");
    let page = posts::find().order_by(posts::search_rank("x")).page(After::start(2), &db).await;
    assert_eq!(page.expect_err("it is no column").kind(), ErrorKind::Parameter);
    // The index has the same expression as the query that is sent, or it would not be used.
    let tx = db.transaction().await.expect("begun");
    tx.batch_execute("SET LOCAL enable_seqscan = off").await.expect("set");
    posts::find().filter(posts::search("engine")).all(&tx).await.expect("found");
    let uses = "SELECT pg_stat_get_xact_numscans('posts_title_body_search_idx'::regclass)";
    assert!(tx.query_one(uses, &[]).await.expect("it answers").get::<_, i64>(0) > 0);
}

pub(crate) async fn keeps_to_policies(_: &Place, db: Ominipg) {
    people_and_posts(&db).await;
    let policy = JsonPolicy::new()
        .columns((users::name(), users::age()))
        .operators(["$eq", "$gte"])
        .depth(4)
        .conditions(3);
    let within = |filter| users::find().filter_json_within(&policy, &filter);
    let found =
        within(json!({ "$or": [{ "name": "Bob" }, { "age": { "$gte": 50 } }] })).expect("it is allowed");
    assert_eq!(found.count(&db).await.expect("counted"), 2);
    let refusals = [
        (json!({ "email": "ada@example.com" }), "/email", "cannot be filtered by here"),
        (json!({ "passwordHash": "x" }), "/passwordHash", "writeOnly"),
        (json!({ "age": { "$lt": 3 } }), "/age/$lt", "allowed are $eq, $gte"),
        (json!({ "age": { "$not": { "$ne": 3 } } }), "/age/$not/$ne", "allowed are"),
        (json!({ "$and": [{ "$or": [{ "$and": [{ "name": "x" }] }] }] }), "/$and", "deep"),
        (
            json!({ "$and": [{ "name": "a" }, { "name": "b" }, { "name": "c" }, { "name": "d" }] }),
            "/$and/3",
            "more than 3",
        ),
    ];
    for (filter, place, why) in refusals {
        let refused = within(filter.clone()).err().unwrap_or_else(|| panic!("{filter} is not allowed"));
        assert_eq!(refused.kind(), ErrorKind::Filter);
        assert!(refused.to_string().contains(place) && refused.to_string().contains(why), "{refused}");
    }
    let nothing = users::find().filter_json_within(&policy.operators(["$gte"]), &json!({ "name": "Bob" }));
    assert!(nothing.err().expect("a plain value is $eq").to_string().contains("$eq"));
}
