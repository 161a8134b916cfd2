//! What must be the same on every mode.

use ominipg::codegen_support::Uuid;
use ominipg::codegen_support::serde_json::{Value, json};
use ominipg::{ErrorKind, Filter, Ominipg};

use crate::blog::users::UserAddress;
use crate::blog::{
    CommentKey, NewComment, NewPost, NewUser, PostPatch, User, UserPatch, UserRole, comments, posts, users,
};
use crate::place::{Kind, Place};

fn person(name: &str) -> NewUser {
    NewUser::new(format!("{}@example.com", name.to_lowercase()), name, Vec::new())
}

pub(crate) async fn ada(db: &impl ominipg::Executor) -> User {
    users::create(person("Ada").age(36)).run(db).await.expect("Ada is created")
}

/// Ada (36), Bob (no age) and Cleo (20), in this order.
async fn three(db: &Ominipg) -> Vec<User> {
    let people = [person("Ada").age(36), person("Bob"), person("Cleo").age(20).role(UserRole::Admin)];
    users::create_many(people).run(db).await.expect("three are created")
}

fn names(users: &[User]) -> Vec<&str> {
    users.iter().map(|user| user.name.as_str()).collect()
}

pub(crate) async fn creates_and_finds(_: &Place, db: Ominipg) {
    let address: UserAddress =
        ominipg::codegen_support::serde_json::from_value(json!({ "city": "Ulm", "country": "DE" }))
            .expect("it is one");
    let new = NewUser::new("ada@example.com", "Ada", vec!["math".to_owned(), "poetry".to_owned()]);
    let made = users::create(new.age(36).address(address.clone())).run(&db).await.expect("Ada is created");
    assert_eq!((made.name.as_str(), made.age, made.role), ("Ada", Some(36), UserRole::Member));
    assert_eq!(made.tags, ["math", "poetry"]);
    assert_eq!(made.address, Some(address));

    assert_eq!(users::by_key(made.id).one(&db).await.expect("she is there"), made);
    assert_eq!(users::find().all(&db).await.expect("she is found"), std::slice::from_ref(&made));
    assert_eq!(users::by_key(Uuid::nil()).optional(&db).await.expect("it is asked"), None);
    let missing = users::by_key(Uuid::nil()).one(&db).await.expect_err("nobody has that key");
    assert!(missing.is_not_found(), "{missing}");
    assert!(users::by_key(made.id).exists(&db).await.expect("it is asked"));
    assert_eq!(users::find().first(&db).await.expect("it is asked"), Some(made));
}

pub(crate) async fn fills_in_what_is_left_out(_: &Place, db: Ominipg) {
    let made = ada(&db).await;
    assert_eq!((made.role, made.nickname, made.tags.len()), (UserRole::Member, None, 0));
    assert_eq!(made.created_at, made.updated_at);
    let post = posts::create(NewPost::new("First", "…", made.id)).run(&db).await.expect("it is created");
    let next = posts::create(NewPost::new("Second", "…", made.id)).run(&db).await.expect("it is created");
    assert_eq!((post.id, next.id), (1, 2));
}

pub(crate) async fn creates_many_in_order(_: &Place, db: Ominipg) {
    let author = ada(&db).await.id;
    let rows = (0..2_500).map(|n| {
        let post = NewPost::new(format!("Post {n}"), "body", author);
        // Rows that set different columns cannot be one statement.
        if n % 2 == 0 { post.rating(f64::from(n % 10) / 2.0) } else { post }
    });
    let made = posts::create_many(rows).run(&db).await.expect("they are created");
    assert_eq!(made.len(), 2_500);
    for (n, post) in made.iter().enumerate() {
        assert_eq!(post.title, format!("Post {n}"));
        assert_eq!(post.rating.is_some(), n % 2 == 0);
    }
    assert_eq!(posts::find().count(&db).await.expect("they are counted"), 2_500);
    let none: [NewPost; 0] = [];
    assert!(posts::create_many(none).run(&db).await.expect("nothing is nothing").is_empty());

    let tagged = (0..300).map(|n: usize| {
        let tags: Vec<String> = (0..n % 4).map(|tag| format!("tag {tag}, \"quoted\" \\ {n}")).collect();
        NewUser::new(format!("user{n}@example.com"), "Many", tags)
    });
    let tagged: Vec<NewUser> = tagged.collect();
    let made = users::create_many(tagged.clone()).run(&db).await.expect("they are created");
    for (made, new) in made.iter().zip(&tagged) {
        assert_eq!((&made.email, &made.tags), (&new.email, &new.tags));
    }
}

pub(crate) async fn creates_all_or_none(_: &Place, db: Ominipg) {
    ada(&db).await;
    let people = [person("Bob"), person("Cleo").nickname("cleo"), person("Ada")];
    let error = users::create_many(people).run(&db).await.expect_err("there is an Ada already");
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(users::find().count(&db).await.expect("they are counted"), 1);
}

pub(crate) async fn filters(_: &Place, db: Ominipg) {
    three(&db).await;
    let found = async |filter: Filter<User>| {
        let found = users::find()
            .filter(filter)
            .order_by(users::name().asc())
            .all(&db)
            .await
            .expect("they are found");
        found.into_iter().map(|user| user.name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found(users::age().gte(20)).await, "Ada Cleo");
    assert_eq!(found(users::age().between(30, 40)).await, "Ada");
    assert_eq!(found(users::age().is_null()).await, "Bob");
    assert_eq!(found(users::age().ne(36)).await, "Bob Cleo", "NULL is not 36");
    assert_eq!(found(!users::age().eq(36)).await, "Bob Cleo", "NULL is not 36");
    assert_eq!(found(users::age().not_in([36, 99])).await, "Bob Cleo");
    assert_eq!(found(users::name().in_(["Ada", "Bob"])).await, "Ada Bob");
    assert_eq!(
        found(users::email().ilike("%@EXAMPLE.com") & users::role().eq(UserRole::Admin)).await,
        "Cleo"
    );
    assert_eq!(found(users::name().starts_with("B") | users::name().eq("Cleo")).await, "Bob Cleo");
    assert_eq!(found(users::name().contains("%")).await, "", "a wildcard in a value is only a character");
    assert_eq!(found(Filter::all([users::age().gt(1), users::age().lt(30)])).await, "Cleo");
    assert_eq!(found(Filter::any([])).await, "", "none of no conditions holds");
    assert_eq!(found(users::name().eq("x' OR '1'='1")).await, "");
}

pub(crate) async fn filters_by_json(_: &Place, db: Ominipg) {
    three(&db).await;
    let found = async |filter: Value| {
        let find = users::find().filter_json(&filter).expect("it is a filter").order_by(users::name().asc());
        names(&find.all(&db).await.expect("they are found")).join(" ")
    };
    assert_eq!(found(json!({ "age": { "$gte": 20 } })).await, "Ada Cleo");
    assert_eq!(
        found(json!({ "$or": [{ "name": "Bob" }, { "role": { "$in": ["admin"] } }] })).await,
        "Bob Cleo"
    );
    assert_eq!(found(json!({ "age": null })).await, "Bob");
    assert_eq!(found(json!({ "$nor": [{ "age": { "$exists": true } }] })).await, "Bob");
    let refused =
        users::find().filter_json(&json!({ "$or": [{ "age": { "$near": 1 } }] })).err().expect("no operator");
    assert_eq!(refused.kind(), ErrorKind::Filter);
    assert!(refused.to_string().contains("/$or/0/age"), "{refused}");
    let secret = users::find().filter_json(&json!({ "passwordHash": "x" })).err().expect("it is write-only");
    assert_eq!(secret.kind(), ErrorKind::Filter);
}

pub(crate) async fn orders_and_pages(_: &Place, db: Ominipg) {
    three(&db).await;
    let by_age =
        users::find().order_by((users::age().desc(), users::name().asc())).all(&db).await.expect("found");
    assert_eq!(names(&by_age), ["Bob", "Ada", "Cleo"], "NULL is largest");
    let page = users::find().order_by(users::name().asc()).limit(1).offset(1).all(&db).await.expect("found");
    assert_eq!(names(&page), ["Bob"]);
    let count = users::find().filter(users::age().is_not_null()).count(&db).await.expect("counted");
    assert_eq!(count, 2);
    assert!(!users::find().filter(users::age().gt(99)).exists(&db).await.expect("asked"));
    let many = users::find().one(&db).await.expect_err("there are three");
    assert_eq!(many.kind(), ErrorKind::TooMany);
}

pub(crate) async fn updates_in_three_states(_: &Place, db: Ominipg) {
    let before = users::create(person("Ada").age(36).nickname("ada")).run(&db).await.expect("created");
    let patch = UserPatch::new().name("Ada L.").nickname(None);
    let after = users::by_key(before.id).update(patch).run(&db).await.expect("updated");
    assert_eq!((after.name.as_str(), after.nickname, after.age), ("Ada L.", None, Some(36)));
    assert!(after.updated_at > before.updated_at);
    let same = users::by_key(before.id).update(UserPatch::new()).run(&db).await.expect("nothing to do");
    assert_eq!(same.updated_at, after.updated_at);
    let nobody =
        users::by_key(Uuid::nil()).update(UserPatch::new().name("x")).run(&db).await.expect_err("not there");
    assert!(nobody.is_not_found());

    three_more(&db).await;
    let changed = users::find().filter(users::age().is_null()).update(UserPatch::new().age(1)).run(&db).await;
    assert_eq!(changed.expect("updated"), 2);
    let rows = users::find().filter(users::age().eq(1)).update(UserPatch::new().age(2)).returning(&db).await;
    assert_eq!(rows.expect("updated").iter().filter(|user| user.age == Some(2)).count(), 2);
}

async fn three_more(db: &Ominipg) {
    let people = [person("Dan"), person("Eve"), person("Fay").age(7)];
    users::create_many(people).run(db).await.expect("created");
}

pub(crate) async fn deletes(_: &Place, db: Ominipg) {
    let people = three(&db).await;
    assert!(users::by_key(people[0].id).delete().run(&db).await.expect("deleted"));
    assert!(!users::by_key(people[0].id).delete().run(&db).await.expect("asked"));
    let gone = users::find().filter(users::age().lt(30)).delete().returning(&db).await.expect("deleted");
    assert_eq!(names(&gone), ["Cleo"]);
    let author = people[1].id;
    let post = posts::create(NewPost::new("First", "…", author)).run(&db).await.expect("created");
    users::by_key(author).delete().run(&db).await.expect("deleted");
    assert!(!posts::by_key(post.id).exists(&db).await.expect("asked"), "the schema says cascade");
}

pub(crate) async fn asks_for_whole_tables(_: &Place, db: Ominipg) {
    three(&db).await;
    for filter in [None, Some(Filter::all([]))] {
        let find = users::find();
        let find = match filter {
            Some(filter) => find.filter(filter),
            None => find,
        };
        let refused = find.delete().run(&db).await.expect_err("it would empty the table");
        assert_eq!(refused.kind(), ErrorKind::Unconditional);
    }
    assert_eq!(users::update_all(UserPatch::new().age(1)).run(&db).await.expect("updated"), 3);
    assert_eq!(users::delete_all().run(&db).await.expect("deleted"), 3);
}

pub(crate) async fn populates_relations(_: &Place, db: Ominipg) {
    let people = three(&db).await;
    let titles = |from: usize| (from..from + 3).map(|n| format!("Post {n}"));
    for (person, from) in [(&people[0], 0), (&people[2], 3)] {
        let rows = titles(from).map(|title| NewPost::new(title, "…", person.id));
        posts::create_many(rows).run(&db).await.expect("created");
    }
    let order = users::name().asc();
    let feed =
        users::find().order_by(order).with(users::posts().order_by(posts::id().desc()).limit(2)).all(&db);
    let feed = feed.await.expect("found");
    let feed: Vec<(&str, Vec<&str>)> = feed
        .iter()
        .map(|(user, posts)| (user.name.as_str(), posts.iter().map(|post| post.title.as_str()).collect()))
        .collect();
    assert_eq!(
        feed,
        [("Ada", vec!["Post 2", "Post 1"]), ("Bob", vec![]), ("Cleo", vec!["Post 5", "Post 4"])]
    );

    let guest = NewComment::new(1_i64, 1, "Nice.");
    let known = NewComment::new(1_i64, 2, "Yes.").user_id(people[1].id);
    comments::create_many([guest, known]).run(&db).await.expect("created");
    let with = posts::find().filter(posts::id().lte(2)).order_by(posts::id().asc());
    let with = with.with((posts::author(), posts::comments())).all(&db).await.expect("found");
    let with: Vec<(i64, &str, usize)> =
        with.iter().map(|(post, author, comments)| (post.id, author.name.as_str(), comments.len())).collect();
    assert_eq!(with, [(1, "Ada", 2), (2, "Ada", 0)]);
    let key = CommentKey { post_id: 1, number: 2 };
    assert_eq!(comments::by_key(key).one(&db).await.expect("found").user_id, Some(people[1].id));
}

pub(crate) async fn runs_transactions(_: &Place, db: Ominipg) {
    let tx = db.transaction().await.expect("begun");
    let made = users::create(person("Ada")).run(&tx).await.expect("created");
    assert!(users::by_key(made.id).exists(&tx).await.expect("asked"));
    tx.commit().await.expect("committed");
    assert!(users::by_key(made.id).exists(&db).await.expect("asked"));

    let tx = db.transaction().await.expect("begun");
    users::create(person("Bob")).run(&tx).await.expect("created");
    tx.rollback().await.expect("rolled back");
    let tx = db.transaction().await.expect("begun");
    users::create(person("Cleo")).run(&tx).await.expect("created");
    drop(tx);
    assert_eq!(users::find().count(&db).await.expect("counted"), 1, "a dropped transaction is rolled back");

    let tx = db.transaction().await.expect("begun");
    let twice = users::create(person("Ada")).run(&tx).await.expect_err("there is one");
    assert!(twice.is_unique_violation());
    assert!(users::find().count(&tx).await.is_err(), "the transaction is aborted");
    drop(tx);
    assert_eq!(users::find().count(&db).await.expect("the connection is clean"), 1);
}

pub(crate) async fn answers_many_tasks(_: &Place, db: Ominipg) {
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let db = db.clone();
            tokio::spawn(async move {
                for k in 0..5 {
                    let name = format!("T{n}x{k}");
                    let made = users::create(person(&name)).run(&db).await.expect("created");
                    assert_eq!(users::by_key(made.id).one(&db).await.expect("found").name, name);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("the task ends well");
    }
    assert_eq!(users::find().count(&db).await.expect("counted"), 100);
}

pub(crate) async fn reports_errors_and_goes_on(_: &Place, db: Ominipg) {
    let error = db.query("SELECT 1 / $1::int4", &[&0]).await.expect_err("it divides by zero");
    assert_eq!(error.code().map(|code| code.code()), Some("22012"), "{error}");
    let orphan =
        posts::create(NewPost::new("First", "…", Uuid::nil())).run(&db).await.expect_err("no author");
    assert!(orphan.is_foreign_key_violation());
    assert_eq!(orphan.table(), Some("posts"));
    let wrong = db.query("SELECT $1::int4", &[&"text"]).await.expect_err("it is no number");
    assert_eq!(wrong.kind(), ErrorKind::Parameter, "{wrong}");
    db.batch_execute(
        "DO $$ BEGIN
             PERFORM 1 / 0;
         EXCEPTION WHEN division_by_zero THEN
             RAISE NOTICE 'caught';
         END $$",
    )
    .await
    .expect("PL/pgSQL catches errors");
    let raised = db.batch_execute("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'P0042'; END $$").await;
    assert_eq!(raised.expect_err("it raises").code().map(|code| code.code()), Some("P0042"));
    assert_eq!(db.query_one("SELECT 1", &[]).await.expect("it goes on").get::<_, i32>(0), 1);
}

pub(crate) async fn refuses_what_breaks_the_schema(_: &Place, db: Ominipg) {
    let wrong =
        users::create(person("Ada").age(-1).nickname("A")).run(&db).await.expect_err("it breaks rules");
    let pointers: Vec<&str> = wrong.violations().iter().map(|violation| violation.pointer.as_str()).collect();
    assert_eq!(pointers, ["/age", "/nickname"]);
    let wrong =
        users::create_many([person("Bob"), person("Cleo").age(999)]).run(&db).await.expect_err("a rule");
    assert_eq!(wrong.violations()[0].pointer, "/1/age");
    assert_eq!(users::find().count(&db).await.expect("counted"), 0, "nothing was sent");
    let author = ada(&db).await.id;
    let post = posts::create(NewPost::new("First", "…", author)).run(&db).await.expect("created");
    let wrong =
        posts::by_key(post.id).update(PostPatch::new().rating(4.3)).run(&db).await.expect_err("no half");
    assert_eq!(wrong.violations()[0].keyword, "multipleOf");
}

pub(crate) async fn moves_large_values(_: &Place, db: Ominipg) {
    let author = ada(&db).await.id;
    let body = "0123456789abcdef".repeat(512 * 1024);
    let made = posts::create(NewPost::new("Large", body.as_str(), author)).run(&db).await.expect("created");
    assert!(posts::by_key(made.id).one(&db).await.expect("found").body == body);
    let rows =
        db.query("SELECT n, repeat('x', 200) FROM generate_series(1, 50000) n", &[]).await.expect("queried");
    assert_eq!(rows.len(), 50_000);
    assert!(rows.iter().enumerate().all(|(n, row)| row.get::<_, i32>(0) == n as i32 + 1));
}

pub(crate) async fn keeps_what_was_committed(place: &Place, db: Ominipg) {
    let made = ada(&db).await;
    db.close().await.expect("closed");
    let db = place.open().await;
    let found = users::by_key(made.id).optional(&db).await.expect("asked");
    // A database in memory ends with its last handle.
    assert_eq!(found, matches!(place.kind, Kind::Folder | Kind::Direct | Kind::ServerWorker).then_some(made));
}

pub(crate) async fn refuses_calls_after_the_close(_: &Place, db: Ominipg) {
    let other = db.clone();
    db.close().await.expect("closed");
    let refused = users::find().count(&other).await.expect_err("it is closed");
    assert_eq!(refused.kind(), ErrorKind::Closed);
}
