//! Writes that are more than values: upserts, and updates that the database computes.

use ominipg::codegen_support::Uuid;
use ominipg::codegen_support::serde_json::json;
use ominipg::{ErrorKind, Ominipg};

use crate::blog::{
    CommentKey, NewComment, NewPost, NewUser, PostPatch, UserPatch, UserRole, comments, posts, users,
};
use crate::place::Place;

fn ada() -> NewUser {
    NewUser::new("ada@example.com", "Ada", vec!["math".to_owned()]).age(36)
}

pub(crate) async fn upserts(_: &Place, db: Ominipg) {
    let made = users::upsert_on_email(ada()).update_all().run(&db).await.expect("inserted");
    assert!(made.inserted);
    let again = ada().age(37).role(UserRole::Admin);
    let now = users::upsert_on_email(again).update_all().run(&db).await.expect("updated");
    assert!(!now.inserted);
    assert_eq!((now.row.id, now.row.age, now.row.role), (made.row.id, Some(37), UserRole::Admin));
    assert!(now.row.updated_at > made.row.updated_at);
    assert_eq!(now.row.created_at, made.row.created_at);

    let kept = users::upsert_on_email(ada().age(1)).keep_existing().run(&db).await.expect("kept");
    assert_eq!((kept.inserted, &kept.row), (false, &now.row));
    let other = NewUser::new("bob@example.com", "Bob", Vec::new());
    let other = users::upsert_on_email(other).keep_existing().run(&db).await.expect("inserted");
    assert!(other.inserted);

    let named = NewUser::new("ada@example.com", "Ada L.", Vec::new()).age(99);
    let named =
        users::upsert_on_email(named).update((users::name(), users::tags())).run(&db).await.expect("updated");
    assert_eq!((named.row.name.as_str(), named.row.age, named.row.tags.len()), ("Ada L.", Some(37), 0));
    let patch = UserPatch::new().nickname("ada");
    let patched = users::upsert_on_email(ada()).patch(patch).run(&db).await.expect("updated");
    assert_eq!((patched.row.name.as_str(), patched.row.nickname.as_deref()), ("Ada L.", Some("ada")));
    let same = users::upsert_on_email(ada()).patch(UserPatch::new()).run(&db).await.expect("nothing to do");
    assert_eq!((same.inserted, same.row.name.as_str()), (false, "Ada L."));
    let invalid = users::upsert_on_email(NewUser::new("x", "", Vec::new())).update_all().run(&db).await;
    assert_eq!(invalid.expect_err("the name is too short").kind(), ErrorKind::Invalid);
    assert_eq!(users::find().count(&db).await.expect("counted"), 2);

    // A key of several columns, and nothing else to set.
    let post = posts::create(NewPost::new("First", "…", made.row.id)).run(&db).await.expect("created");
    let comment = |text: &str| comments::upsert_on_post_id_and_number(NewComment::new(post.id, 1, text));
    assert!(comment("a").update_all().run(&db).await.expect("inserted").inserted);
    assert!(!comment("b").update_all().run(&db).await.expect("updated").inserted);
    let key = CommentKey { post_id: post.id, number: 1 };
    assert_eq!(comments::by_key(key).one(&db).await.expect("there").text, "b");
}

pub(crate) async fn computes(_: &Place, db: Ominipg) {
    let made = users::create(ada()).run(&db).await.expect("created");
    let by_key = || users::by_key(made.id);
    let older =
        by_key().update(UserPatch::new()).set(users::age().increment(1)).run(&db).await.expect("updated");
    assert_eq!(older.age, Some(37));
    assert!(older.updated_at > made.updated_at);
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (db, one) = (db.clone(), users::by_key(made.id));
            tokio::spawn(
                async move { one.update(UserPatch::new()).set(users::age().increment(2)).run(&db).await },
            )
        })
        .collect();
    for task in tasks {
        task.await.expect("it ends").expect("updated");
    }
    assert_eq!(by_key().one(&db).await.expect("there").age, Some(77));

    let patch = UserPatch::new().name("Ada L.");
    let many = users::find()
        .filter(users::name().eq("Ada"))
        .update(patch)
        .set((users::age().decrement(7), users::tags().push("poetry")))
        .returning(&db)
        .await
        .expect("updated");
    assert_eq!(
        (many[0].age, many[0].tags.join(" "), many[0].name.as_str()),
        (Some(70), "math poetry".to_owned(), "Ada L.")
    );
    let less =
        by_key().update(UserPatch::new()).set(users::tags().remove("math")).run(&db).await.expect("updated");
    assert_eq!(less.tags, ["poetry"]);
    let unknown = by_key().update(UserPatch::new().age(None)).run(&db).await.expect("updated");
    assert_eq!(unknown.age, None);
    let still =
        by_key().update(UserPatch::new()).set(users::age().increment(1)).run(&db).await.expect("updated");
    assert_eq!(still.age, None, "as SQL has it");

    let post = posts::create(NewPost::new("First", "…", made.id)).run(&db).await.expect("created");
    let set = || posts::by_key(post.id).update(PostPatch::new());
    let shown = set().set(posts::published_at().set_now()).run(&db).await.expect("updated");
    assert!(shown.published_at.is_some_and(|at| at >= post.created_at));
    let object = json!({ "views": 1, "name": "it's" });
    set().set(posts::meta().merge(object)).run(&db).await.expect("updated");
    set().set(posts::meta().merge(json!({ "views": 2 }))).run(&db).await.expect("updated");
    let found =
        posts::find().filter(posts::meta().at("views").eq(2).and(posts::meta().at("name").eq("it's")));
    assert_eq!(found.count(&db).await.expect("counted"), 1);

    let twice = by_key().update(UserPatch::new().age(1)).set(users::age().increment(1)).run(&db).await;
    let twice = twice.expect_err("which of both?");
    assert!(twice.to_string().contains("`users.age` is set twice"), "{twice}");
    let fixed = posts::by_key(post.id).update(PostPatch::new()).set(posts::id().increment(1)).run(&db).await;
    assert_eq!(fixed.expect_err("only the database writes it").kind(), ErrorKind::Parameter);
    let nobody =
        users::by_key(Uuid::nil()).update(UserPatch::new()).set(users::age().increment(1)).run(&db).await;
    assert!(nobody.expect_err("nobody has this key").is_not_found());
    let whole = users::find().update(UserPatch::new()).set(users::age().increment(1)).run(&db).await;
    assert_eq!(whole.expect_err("no condition").kind(), ErrorKind::Unconditional);
}
