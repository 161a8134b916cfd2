//! Many rows that nobody wants back: they go by COPY, and mean the same.

use std::time::Duration;

use ominipg::{ErrorKind, Ominipg};

use crate::blog::users::UserAddress;
use crate::blog::{NewTag, NewUser, User, UserRole, tags, users};
use crate::place::Place;

/// A row that differs from its neighbours in what it has set, in NULLs, and in what is in its lists and documents.
fn person(number: usize) -> NewUser {
    let list = (0..number % 4).map(|tag| format!("tag \"{tag}\", {{}}\\{number}")).collect::<Vec<_>>();
    let new = NewUser::new(format!("{number}@example.com"), format!("Ü {number}"), list);
    let new = if number.is_multiple_of(3) { new.age(None) } else { new.age((number % 100) as i32) };
    let address = || UserAddress { city: format!("City {number}"), zip: None, country: None };
    let new = if number.is_multiple_of(5) { new.address(address()) } else { new };
    if number.is_multiple_of(7) { new.role(UserRole::Admin) } else { new }
}

/// Lets PostgreSQL note what statements write rows into a table.
async fn watch(db: &Ominipg, table: &str) {
    let script = format!(
        "CREATE TABLE IF NOT EXISTS ways (number serial, way text);
         CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             INSERT INTO ways (way) VALUES (split_part(current_query(), ' ', 1)); RETURN NULL; END $$;
         CREATE TRIGGER note AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION note()"
    );
    db.batch_execute(&script).await.expect("made");
}

/// What it noted since the last time.
async fn ways(db: &Ominipg) -> Vec<String> {
    let rows = db.query("SELECT way FROM ways ORDER BY number", &[]).await.expect("noted");
    db.execute("DELETE FROM ways", &[]).await.expect("deleted");
    rows.iter().map(|row| row.get(0)).collect()
}

pub(crate) async fn writes_many_rows(_: &Place, db: Ominipg) {
    watch(&db, "users").await;
    watch(&db, "tags").await;
    let rows: Vec<NewUser> = (0..12_500).map(person).collect();
    assert_eq!(users::create_many(rows.clone()).execute(&db).await.expect("created"), 12_500);
    // One row in seven has a column more than the others.
    assert_eq!(ways(&db).await, ["COPY", "COPY"]);
    let found: Vec<User> = users::find().all(&db).await.expect("found");
    assert_eq!(found.len(), rows.len());
    for user in &found {
        let number: usize =
            user.email.split('@').next().and_then(|text| text.parse().ok()).expect("a number");
        let row = &rows[number];
        assert_eq!((&user.name, &user.tags, user.age), (&row.name, &row.tags, row.age), "{number}");
        assert_eq!(user.address, row.address, "{number}");
        assert_eq!(user.role, row.role.as_set().copied().unwrap_or(UserRole::Member), "{number}");
    }
    // Few rows, and rows that are wanted back, are inserted.
    let few = (0..999).map(|number| NewTag::new(format!("few {number}")));
    assert_eq!(tags::create_many(few).execute(&db).await.expect("created"), 999);
    let many = (0..1_500).map(|number| NewTag::new(format!("many {number}")));
    assert_eq!(tags::create_many(many).run(&db).await.expect("created").len(), 1_500);
    assert_eq!(ways(&db).await, ["INSERT", "INSERT"]);
}

pub(crate) async fn writes_all_or_none(_: &Place, db: Ominipg) {
    let mut rows: Vec<NewTag> = (0..25_000).map(|number| NewTag::new(format!("tag {number}"))).collect();
    rows.push(NewTag::new("tag 3"));
    let refused = tags::create_many(rows.clone()).execute(&db).await.expect_err("it is there twice");
    assert!(refused.is_unique_violation(), "{refused}");
    assert_eq!(tags::Constraint::of(&refused), Some(tags::Constraint::NameKey));
    assert_eq!(tags::find().count(&db).await.expect("counted"), 0);

    rows.pop();
    let mut wrong = rows.clone();
    wrong[24_000] = NewTag::new("");
    let refused = tags::create_many(wrong).execute(&db).await.expect_err("it breaks the schema");
    assert_eq!(refused.violations()[0].pointer, "/24000/name");

    let short = db.with_timeout(Duration::from_millis(1));
    let late = tags::create_many(rows.clone()).execute(&short).await.expect_err("it takes longer");
    assert_eq!(late.kind(), ErrorKind::Timeout, "{late}");
    assert_eq!(tags::find().count(&db).await.expect("counted"), 0);

    let tx = db.transaction().await.expect("begun");
    assert_eq!(tags::create_many(rows.clone()).execute(&tx).await.expect("created"), 25_000);
    assert_eq!(tags::find().count(&tx).await.expect("counted"), 25_000);
    tx.rollback().await.expect("rolled back");
    assert_eq!(tags::find().count(&db).await.expect("counted"), 0);
    assert_eq!(tags::create_many(rows).execute(&db).await.expect("created"), 25_000);
}

pub(crate) async fn inserts_where_a_copy_means_something_else(_: &Place, db: Ominipg) {
    watch(&db, "tags").await;
    let rows =
        |what: &str| (0..1_500).map(|number| NewTag::new(format!("{what} {number}"))).collect::<Vec<_>>();
    let create = async |what: &str| {
        assert_eq!(tags::create_many(rows(what)).execute(&db).await.expect("created"), 1_500, "{what}");
        ways(&db).await
    };
    assert_eq!(create("plain").await, ["COPY"]);
    // A trigger sees each row either way.
    db.batch_execute(
        "CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := NEW.name || '!'; RETURN NEW; END $$;
         CREATE TRIGGER mark BEFORE INSERT ON tags FOR EACH ROW EXECUTE FUNCTION mark()",
    )
    .await
    .expect("made");
    assert_eq!(create("marked").await, ["COPY"]);
    assert_eq!(tags::find().filter(tags::name().ends_with("!")).count(&db).await.expect("counted"), 1_500);
    db.batch_execute("DROP TRIGGER mark ON tags").await.expect("dropped");

    // The column has another type than the schema says, which an INSERT casts to.
    db.batch_execute("ALTER TABLE tags ALTER COLUMN name TYPE varchar(40)").await.expect("altered");
    assert_eq!(create("cast").await, ["INSERT"]);
    db.batch_execute("ALTER TABLE tags ALTER COLUMN name TYPE text").await.expect("altered");
    assert_eq!(create("again").await, ["COPY"]);
    // A COPY would pass a rule by.
    db.batch_execute("CREATE TABLE seen (name text); CREATE RULE see AS ON INSERT TO tags DO ALSO INSERT INTO seen VALUES (NEW.name)")
        .await
        .expect("made");
    assert_eq!(create("ruled").await, ["INSERT"]);
    let seen: i64 = db.query_one("SELECT count(*) FROM seen", &[]).await.expect("counted").get(0);
    assert_eq!(seen, 1_500);
}
