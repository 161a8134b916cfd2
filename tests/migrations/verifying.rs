//! Every way in which a database is not what its schema says.

use ominipg::{ConnectOptions, DifferenceKind as Kind, ErrorKind, Ominipg};
use ominipg_test_support::{database, takes_connections};

use crate::notes::SCHEMA;
use crate::place::{count, memory};

async fn made() -> Ominipg {
    let options = ConnectOptions::new(":memory:").schema(&SCHEMA).create_tables(true);
    Ominipg::connect(options).await.expect("the tables are created")
}

#[tokio::test]
async fn each_difference_is_named() {
    for (sql, kinds) in [
        ("DROP TABLE notes", &[Kind::Table][..]),
        ("ALTER TABLE notes DROP COLUMN text", &[Kind::ColumnSet]),
        ("ALTER TABLE notes ADD COLUMN more int4", &[Kind::ColumnSet]),
        ("ALTER TABLE notes ALTER COLUMN text TYPE varchar(9)", &[Kind::Type]),
        ("ALTER TABLE notes ALTER COLUMN title DROP NOT NULL", &[Kind::Nullability]),
        ("ALTER TABLE notes ALTER COLUMN text SET NOT NULL", &[Kind::Nullability]),
        ("ALTER TABLE notes ALTER COLUMN kind SET DEFAULT 'task'", &[Kind::Default]),
        ("ALTER TABLE notes ALTER COLUMN kind DROP DEFAULT", &[Kind::Default]),
        ("ALTER TABLE notes ALTER COLUMN id DROP IDENTITY", &[Kind::Identity]),
        ("ALTER TABLE notes DROP CONSTRAINT notes_pkey CASCADE", &[Kind::ForeignKey, Kind::PrimaryKey]),
        ("ALTER TABLE notes DROP CONSTRAINT notes_title_key", &[Kind::Unique]),
        ("CREATE UNIQUE INDEX more ON notes (kind, title)", &[Kind::Unique]),
        ("ALTER TABLE notes DROP CONSTRAINT \"notes_parentId_fkey\"", &[Kind::ForeignKey]),
        ("ALTER TABLE notes DROP CONSTRAINT notes_title_min_length", &[Kind::Check]),
        ("ALTER TABLE notes ADD CONSTRAINT more CHECK (text <> '')", &[Kind::Check]),
        ("DROP INDEX \"notes_madeAt_idx\"", &[Kind::Index]),
        ("DROP INDEX \"notes_madeAt_idx\"; CREATE INDEX \"notes_madeAt_idx\" ON notes (id)", &[Kind::Index]),
        ("ALTER TYPE note_kind ADD VALUE 'more'", &[Kind::Enum]),
        (
            "CREATE INDEX more ON notes (text); COMMENT ON TABLE notes IS 'mine'; CREATE TABLE others (id int4)",
            &[],
        ),
    ] {
        let db = made().await;
        db.verify_schema(&SCHEMA).await.expect("it is what the schema says");
        db.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let found = db.verify_schema(&SCHEMA).await;
        let Err(error) = found else {
            assert!(kinds.is_empty(), "{sql}: nothing was found");
            continue;
        };
        assert_eq!(error.kind(), ErrorKind::Schema, "{sql}: {error}");
        let found: Vec<Kind> = error.differences().iter().map(|found| found.kind).collect();
        assert_eq!(found, kinds, "{sql}: {error}");
        for difference in error.differences() {
            assert!(error.to_string().contains(&difference.to_string()), "{error}");
        }
    }
}

#[tokio::test]
async fn a_difference_says_what_is_there_and_what_should_be() {
    let db = made().await;
    db.batch_execute("ALTER TABLE notes ALTER COLUMN text TYPE varchar(9)").await.expect("it is altered");
    let error = db.verify_schema(&SCHEMA).await.expect_err("it differs");
    let [difference] = error.differences() else { panic!("{error}") };
    assert_eq!((difference.table.as_str(), difference.name.as_deref()), ("notes", Some("text")));
    assert_eq!(
        difference.to_string(),
        "notes.text: the type is `character varying(9)`, the schema says `text`"
    );
}

#[tokio::test]
async fn nothing_is_left_of_the_comparison() {
    let db = memory().await;
    let error = db.verify_schema(&SCHEMA).await.expect_err("there are no tables");
    assert_eq!(
        error.differences().iter().map(|found| found.kind).collect::<Vec<_>>(),
        [Kind::Enum, Kind::Table]
    );
    assert_eq!(count(&db, "SELECT count(*) FROM pg_class WHERE relname LIKE 'notes%'").await, 0);
    assert_eq!(count(&db, "SELECT count(*) FROM pg_type WHERE typname = 'note_kind'").await, 0);
    let path: String = db.query_one("SHOW search_path", &[]).await.expect("a query").get(0);
    assert!(!path.contains("pg_temp"), "{path}");
}

#[tokio::test]
async fn a_role_that_may_only_read_compares_too() {
    if !takes_connections(2) {
        return;
    }
    let url = database().await;
    let db = Ominipg::connect(ConnectOptions::new(url.clone()).schema(&SCHEMA).create_tables(true)).await;
    let db = db.expect("the tables are created");
    let role = format!("reader_{}", std::process::id());
    db.batch_execute(&format!(
        "CREATE ROLE {role}; REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT {role} TO CURRENT_USER"
    ))
    .await
    .expect("a role");
    let separator = if url.contains('?') { '&' } else { '?' };
    let reader = format!("{url}{separator}options=-crole%3D{role}");
    let reader = Ominipg::connect(reader).await.expect("it opens");
    let user: String = reader.query_one("SELECT current_user::text", &[]).await.expect("a query").get(0);
    assert_eq!(user, role);
    reader.verify_schema(&SCHEMA).await.expect("it is what the schema says");
    reader.close().await.expect("it closes");
    db.batch_execute(&format!("DROP ROLE {role}")).await.expect("it is dropped");
}
