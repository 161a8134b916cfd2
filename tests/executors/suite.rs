//! What runs on each of them.

use ominipg::codegen_support::Uuid;
use ominipg::codegen_support::serde_json::json;
use ominipg::{After, ErrorKind, Executor, Type, count};

use crate::blog::{NewPost, NewTag, NewUser, PostPatch, UserPatch, UserRole, posts, tags, users};

fn person(name: &str) -> NewUser {
    NewUser::new(format!("{}@example.com", name.to_lowercase()), name, vec!["a \"tag\"".to_owned()])
}

/// Every kind of call of generated code; `together` says whether several statements can be all or nothing.
pub(crate) async fn runs(on: &(impl Executor + ?Sized), together: bool) {
    let ada = users::create(person("Ada").age(36)).run(on).await.expect("created");
    let more = users::create_many([person("Bob"), person("Cleo")]).run(on).await.expect("created");
    assert_eq!(more[1].name, "Cleo");
    let twice = users::create(person("Ada")).run(on);
    if together {
        drop(twice);
    } else {
        let error = twice.await.expect_err("she is there");
        assert_eq!(users::Constraint::of(&error), Some(users::Constraint::EmailKey), "{error}");
        assert!(error.statement().is_some_and(|sql| sql.starts_with("INSERT")), "{error}");
    }
    let mixed = users::create_many([person("Dan").role(UserRole::Admin), person("Eve")]).execute(on).await;
    match mixed {
        Ok(rows) => assert_eq!((rows, together), (2, true)),
        Err(error) => assert_eq!((error.kind(), together), (ErrorKind::Transaction, false), "{error}"),
    }
    users::find().filter(users::name().in_(["Dan", "Eve"])).delete().run(on).await.expect("deleted");

    let written = (0..3).map(|n| NewPost::new(format!("Post {n}"), "…", ada.id));
    let written = posts::create_many(written).run(on).await.expect("created");
    let rust = tags::create(NewTag::new("rust")).run(on).await.expect("created");
    posts::tags().link(&written[0], [&rust]).run(on).await.expect("linked");
    let feed = users::find()
        .order_by(users::name().asc())
        .with(users::posts().order_by(posts::id().asc()).limit(2).with(posts::tags()))
        .all(on)
        .await
        .expect("found");
    assert_eq!(feed.iter().map(|(_, posts)| posts.len()).collect::<Vec<_>>(), [2, 0, 0]);
    assert_eq!((feed[0].1[0].1.len(), feed[0].1[1].1.len()), (1, 0));
    let tagged = users::find().filter(users::posts().any(posts::tags().any(tags::name().eq("rust"))));
    assert_eq!(tagged.one(on).await.expect("found").id, ada.id);
    let json = users::find().filter_json(&json!({ "age": { "$gte": 30 } })).expect("a filter");
    assert_eq!(json.count(on).await.expect("counted"), 1);
    let counts: Vec<(Uuid, i64)> =
        posts::find().select((posts::author_id(), count())).all(on).await.expect("selected");
    assert_eq!(counts, [(ada.id, 3)]);
    let page = users::find().order_by(users::name().asc()).page(After::start(2), on).await.expect("found");
    assert_eq!((page.items.len(), page.next.is_some()), (2, true));

    let changed =
        users::by_key(ada.id).update(UserPatch::new().role(UserRole::Admin)).set(users::age().increment(1));
    assert_eq!(changed.run(on).await.expect("updated").age, Some(37));
    let upserted =
        users::upsert_on_email(person("Ada").age(50)).update_all().run(on).await.expect("upserted");
    assert_eq!((upserted.inserted, upserted.row.age), (false, Some(50)));
    let many = posts::find()
        .filter(posts::author().is(users::name().eq("Ada")))
        .update(PostPatch::new().rating(4.0));
    assert_eq!(many.run(on).await.expect("updated"), 3);
    assert!(users::by_key(more[0].id).delete().run(on).await.expect("deleted"));
    assert!(!users::by_key(more[0].id).exists(on).await.expect("asked"));
    assert!(users::by_key(more[0].id).one(on).await.expect_err("it is gone").is_not_found());
    let invalid = users::create(person("")).run(on).await.expect_err("it breaks the schema");
    assert_eq!(invalid.kind(), ErrorKind::Invalid);
    assert_eq!(users::find().count(on).await.expect("counted"), 2);

    let sorted = users::find().order_by(users::name().asc());
    let mut people = sorted.clone().stream(on).await.expect("it streams");
    let mut names = Vec::new();
    while let Some(person) = people.next().await {
        names.push(person.expect("read").name);
    }
    assert_eq!((names, people.next().await.is_none()), (vec!["Ada".to_owned(), "Cleo".to_owned()], true));
    // What is dropped before its end leaves the client as it was.
    let mut people = sorted.stream(on).await.expect("it streams");
    assert_eq!(people.next().await.expect("there").expect("read").name, "Ada");
    drop(people);
    assert_eq!(users::find().count(on).await.expect("counted"), 2);
}

/// The two functions that executors have.
pub(crate) async fn runs_typed(on: &impl Executor) {
    let rows = on.query_typed("SELECT $1 + 1", &[(&41_i32, Type::INT4)]).await.expect("asked");
    assert_eq!(rows[0].get::<_, i32>(0), 42);
    let rows = on.execute_typed("SELECT $1", &[(&"é", Type::TEXT)]).await.expect("asked");
    assert_eq!(rows, 1);
}

pub(crate) async fn empties(on: &impl Executor) {
    users::delete_all().run(on).await.expect("deleted, with their posts");
    tags::delete_all().forever().run(on).await.expect("deleted");
}
