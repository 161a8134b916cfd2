//! Create, find, update and delete.

use ominipg_runtime::{ErrorKind, Field};

use crate::blog::{self, NewUser, User, UserAddress, UserPatch, UserRole, users};
use crate::connect::blog_database;

fn ada() -> NewUser {
    NewUser::new("ada@example.com", "Ada")
}

#[tokio::test]
async fn a_row_comes_back_as_the_database_has_it() {
    let db = blog_database().await;
    let address = UserAddress { city: "London".to_owned(), zip: None };
    let new = ada().age(36).role(UserRole::Admin).address(address.clone()).tags(vec!["math".to_owned()]);
    let made = users::create(new).run(&db).await.unwrap();
    assert_eq!((made.age, made.role, made.address.as_ref()), (Some(36), UserRole::Admin, Some(&address)));
    assert_eq!(made.tags, ["math"]);

    let found = users::by_key(made.id).one(&db).await.unwrap();
    assert_eq!(found, made);
    let plain = users::create(NewUser::new("bob@example.com", "Bob")).run(&db).await.unwrap();
    assert_eq!((plain.age, plain.role, plain.tags.len()), (None, UserRole::Member, 0));
    assert_eq!(users::find().count(&db).await.unwrap(), 2);
}

#[tokio::test]
async fn a_value_that_breaks_the_schema_is_not_sent() {
    let db = blog_database().await;
    let bad = NewUser::new("ada", "A1").age(-1).tags(vec!["a".to_owned(), "a".to_owned(), "b".repeat(11)]);
    let error = users::create(bad.clone()).run(&db).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    let found: Vec<_> = error.violations().iter().map(|v| (v.pointer.as_str(), v.keyword)).collect();
    let expected = [
        ("/email", "format"),
        ("/name", "pattern"),
        ("/age", "minimum"),
        ("/tags", "uniqueItems"),
        ("/tags/2", "maxLength"),
    ];
    assert_eq!(found, expected);

    let empty_city = UserAddress { city: String::new(), zip: None };
    let rows = [ada(), NewUser::new("eve", "Eve"), ada().address(empty_city)];
    let error = users::create_many(rows).run(&db).await.unwrap_err();
    let found: Vec<_> = error.violations().iter().map(|v| v.pointer.as_str()).collect();
    assert_eq!(found, ["/1/email", "/2/address/city"]);
    assert_eq!(users::find().count(&db).await.unwrap(), 0);
}

#[tokio::test]
async fn a_patch_changes_what_it_sets() {
    let db = blog_database().await;
    let made = users::create(ada().age(36)).run(&db).await.unwrap();
    assert_eq!(made.updated_at.as_second(), 0);

    let same = users::by_key(made.id).update(UserPatch::new()).run(&db).await.unwrap();
    assert_eq!(same, made);
    let renamed = users::by_key(made.id).update(UserPatch::new().name("Ada L.")).run(&db).await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.age), ("Ada L.", Some(36)));
    assert!(renamed.updated_at > made.updated_at);
    let address = UserAddress { city: "Rome".to_owned(), zip: Some(1) };
    let patch = UserPatch::new().age(None).address(address.clone());
    let cleared = users::by_key(made.id).update(patch).run(&db).await.unwrap();
    assert_eq!((cleared.age, cleared.address), (None, Some(address)));
    let homeless = users::by_key(made.id).update(UserPatch::new().address(None)).run(&db).await.unwrap();
    assert_eq!(homeless.address, None);
    assert_eq!(users::find().filter(users::address().is_null()).count(&db).await.unwrap(), 1);

    let error = users::by_key(uuid()).update(UserPatch::new().name("x")).run(&db).await.unwrap_err();
    assert!(error.is_not_found());
    assert!(users::by_key(uuid()).update(UserPatch::new()).run(&db).await.unwrap_err().is_not_found());
    let error = users::by_key(made.id).update(UserPatch::new().name("")).run(&db).await.unwrap_err();
    assert_eq!(error.violations().len(), 1);
}

#[tokio::test]
async fn many_rows_are_changed_only_on_a_condition_or_on_purpose() {
    let db = blog_database().await;
    let people = (0..10).map(|n| NewUser::new(format!("{n}@example.com"), "N").age(n));
    users::create_many(people).execute(&db).await.unwrap();

    for error in [
        users::find().delete().run(&db).await.unwrap_err(),
        users::find().filter(users::age().eq_opt(None::<i32>)).delete().run(&db).await.unwrap_err(),
        users::find().filter_json(&serde_json::json!({})).unwrap().delete().run(&db).await.unwrap_err(),
        users::find().update(UserPatch::new().age(1)).run(&db).await.unwrap_err(),
        users::find().filter(users::age().gt(1)).limit(1).delete().run(&db).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Unconditional, "{error}");
    }
    let error = users::find().delete().run(&db).await.unwrap_err().to_string();
    assert!(error.contains("delete_all"), "{error}");

    let young = || users::find().filter(users::age().lt(3));
    assert_eq!(young().update(UserPatch::new().name("young")).run(&db).await.unwrap(), 3);
    let changed = young().update(UserPatch::new().name("child")).returning(&db).await.unwrap();
    assert!(changed.len() == 3 && changed.iter().all(|user| user.name == "child"));
    assert_eq!(young().update(UserPatch::new()).run(&db).await.unwrap(), 0);
    assert_eq!(young().update(UserPatch::new()).returning(&db).await.unwrap().len(), 3);
    assert_eq!(young().delete().returning(&db).await.unwrap().len(), 3);
    assert_eq!(users::update_all(UserPatch::new().age(None)).run(&db).await.unwrap(), 7);
    assert_eq!(users::find().filter(users::age().is_null()).count(&db).await.unwrap(), 7);
    assert_eq!(users::delete_all().run(&db).await.unwrap(), 7);
}

#[tokio::test]
async fn one_and_first_and_by_key() {
    let db = blog_database().await;
    let error = users::find().one(&db).await.unwrap_err();
    assert!(error.is_not_found() && error.to_string().contains("users"), "{error}");
    assert_eq!(users::find().first(&db).await.unwrap(), None);
    assert!(!users::find().exists(&db).await.unwrap());

    let made = users::create(ada()).run(&db).await.unwrap();
    users::create(NewUser::new("bob@example.com", "Bob")).run(&db).await.unwrap();
    assert_eq!(users::find().one(&db).await.unwrap_err().kind(), ErrorKind::TooMany);
    assert_eq!(users::find().filter(users::name().eq("Ada")).one(&db).await.unwrap(), made);
    let last = users::find().order_by(users::name().desc()).first(&db).await.unwrap().unwrap();
    assert_eq!(last.name, "Bob");
    let page: Vec<User> =
        users::find().order_by((users::name().asc(),)).limit(5).offset(1).all(&db).await.unwrap();
    assert_eq!(page, [last]);
    assert_eq!(users::find().limit(1).count(&db).await.unwrap(), 1);
    assert_eq!(users::find().offset(1).count(&db).await.unwrap(), 1);

    assert_eq!(users::by_key(uuid()).optional(&db).await.unwrap(), None);
    assert!(users::by_key(uuid()).one(&db).await.unwrap_err().is_not_found());
    assert!(users::by_key(made.id).exists(&db).await.unwrap());
    assert!(users::by_key(made.id).delete().run(&db).await.unwrap());
    assert!(!users::by_key(made.id).delete().run(&db).await.unwrap());
    assert!(!users::by_key(made.id).exists(&db).await.unwrap());
}

#[tokio::test]
async fn errors_of_the_database_say_what_is_wrong() {
    let db = blog_database().await;
    users::create(ada()).run(&db).await.unwrap();
    let error = users::create(ada()).run(&db).await.unwrap_err();
    assert!(error.is_unique_violation() && !error.is_foreign_key_violation());
    assert_eq!((error.table(), error.constraint()), (Some("users"), Some("users_email_key")));
    assert_eq!(error.code().unwrap().code(), "23505");
    assert!(error.to_string().contains("detail: Key (email)"), "{error}");

    let post = blog::NewPost::new(uuid(), "lost");
    assert!(blog::posts::create(post).run(&db).await.unwrap_err().is_foreign_key_violation());
    let long = blog::NewPost::new(users::find().one(&db).await.unwrap().id, "a".repeat(21));
    let error = blog::posts::create(long.clone()).run(&db).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "22001", "{error}");
    let error = blog::posts::create_many([long]).execute(&db).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "22001", "{error}");
}

fn uuid() -> ominipg_runtime::codegen_support::Uuid {
    ominipg_runtime::codegen_support::Uuid::new_v4()
}

#[test]
fn a_patch_from_json_has_three_states() {
    let patch: UserPatch = serde_json::from_str(r#"{"age": null, "name": "Ada"}"#).unwrap();
    assert_eq!(patch.age, Field::Set(None));
    assert_eq!(patch.name, Field::Set("Ada".to_owned()));
    assert_eq!(patch.email, Field::Unset);
}
