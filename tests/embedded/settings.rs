//! Settings of sessions: what one sets is not another's, whatever was refused; what the database and its user say of all.

use ominipg::{Ominipg, Server};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};

async fn serve() -> (Ominipg, Server) {
    let db = Ominipg::connect(":memory:").await.expect("it opens");
    let server = db.serve("127.0.0.1:0").await.expect("it is served");
    (db, server)
}

async fn session(server: &Server) -> Client {
    session_with(server, "").await
}

async fn session_with(server: &Server, options: &str) -> Client {
    let mut config: Config = server.url().parse().expect("it is a url");
    if !options.is_empty() {
        config.options(options);
    }
    let (client, connection) = config.connect(NoTls).await.expect("it is let in");
    tokio::spawn(connection);
    client
}

async fn show(client: &Client, name: &str) -> String {
    let sql = "SELECT coalesce(current_setting($1, true), '')";
    client.query_one(sql, &[&name]).await.unwrap_or_else(|error| panic!("{name}: {error:?}")).get(0)
}

#[tokio::test]
async fn what_is_refused_keeps_nothing_else_in() {
    let (_db, server) = serve().await;
    for refused in [
        "SET no_such_setting = 1",
        "SET custom.\"bad-name\" = 1",
        "SET shared_buffers = '1MB'",
        "SET server_version = '1'",
        "SET work_mem = 'nonsense'",
    ] {
        let (one, other) = (session(&server).await, session(&server).await);
        one.batch_execute("SET vacuum_cost_delay = 40; SET statement_timeout = 54321").await.expect("set");
        one.batch_execute(refused).await.expect_err("it cannot be set");
        let names = ["vacuum_cost_delay", "statement_timeout"];
        for (name, own) in names.into_iter().zip(["40ms", "54321ms"]) {
            assert_eq!(show(&other, name).await, "0", "{refused}: {name}");
            assert_eq!(show(&one, name).await, own, "{refused}: {name}");
        }
        drop(one);
        assert_eq!(show(&other, "vacuum_cost_delay").await, "0", "after {refused}");
    }
    server.close().await;
}

#[tokio::test]
async fn what_cannot_be_set_again_does_not_end_its_session() {
    let (_db, server) = serve().await;
    let (one, other) = (session(&server).await, session(&server).await);
    one.batch_execute("SET temp_buffers = 200; SET work_mem = '7MB'")
        .await
        .expect("nobody has a temporary table");
    other.batch_execute("CREATE TEMP TABLE t (n int); INSERT INTO t VALUES (1)").await.expect("created");
    assert_eq!(show(&one, "work_mem").await, "7MB");
    assert_eq!(show(&other, "work_mem").await, "4MB");
    server.close().await;
}

#[tokio::test]
async fn a_role_that_is_taken_is_not_dropped() {
    let (_db, server) = serve().await;
    for (take, give) in [
        ("SET ROLE \"a guest\"", "RESET ROLE"),
        ("SET SESSION AUTHORIZATION \"a guest\"", "RESET SESSION AUTHORIZATION"),
    ] {
        let (one, other) = (session(&server).await, session(&server).await);
        let user = async || -> String {
            one.query_one("SELECT current_user::text", &[]).await.expect("its session goes on").get(0)
        };
        other.batch_execute("CREATE ROLE \"a guest\"; CREATE ROLE \"100%\"").await.expect("created");
        one.batch_execute(take).await.expect("taken");
        let refused = other.batch_execute("DROP ROLE \"a guest\"").await.expect_err("it is taken");
        assert_eq!(refused.code(), Some(&SqlState::OBJECT_IN_USE), "{refused:?}");
        let error = refused.as_db_error().expect("PostgreSQL's words");
        assert!(error.message().contains("\"a guest\" cannot be dropped"), "{error}");
        assert_eq!(user().await, "a guest");

        // The error is one that can be met, and ends nothing.
        let met = "DO $$ BEGIN DROP ROLE \"a guest\"; EXCEPTION WHEN object_in_use THEN CREATE TABLE met (); END $$";
        other.batch_execute(met).await.expect("it is met");
        other.batch_execute("DROP TABLE met; DROP ROLE \"100%\"").await.expect("nobody has that");

        // A role with another name is the same role.
        other.batch_execute("ALTER ROLE \"a guest\" RENAME TO visitor").await.expect("renamed");
        assert_eq!(user().await, "visitor");

        one.batch_execute(give).await.expect("given back");
        assert_eq!(user().await, "postgres");
        other.batch_execute("DROP ROLE visitor").await.expect("nobody has it");
    }
    let (one, other) = (session(&server).await, session(&server).await);
    one.batch_execute("CREATE ROLE guest; SET ROLE guest").await.expect("taken");
    drop(one);
    other.batch_execute("SELECT 1").await.expect("it answers");
    other.batch_execute("DROP ROLE guest").await.expect("who had it is gone");
    server.close().await;
}

#[tokio::test]
async fn sessions_begin_with_what_the_database_and_its_user_say() {
    let (db, server) = serve().await;
    let old = session(&server).await;
    old.batch_execute(
        "ALTER ROLE ALL SET work_mem = '5MB'; ALTER ROLE ALL SET app.everywhere = 'all';
         ALTER DATABASE postgres SET work_mem = '6MB'; ALTER DATABASE postgres SET app.own = 'it''s, \\ mine';
         ALTER ROLE postgres SET work_mem = '7MB'; ALTER ROLE postgres SET datestyle = 'German, DMY';
         ALTER ROLE postgres IN DATABASE postgres SET extra_float_digits = 3",
    )
    .await
    .expect("they are said");
    assert_eq!(show(&old, "work_mem").await, "4MB", "who is there already has what it had");

    let (new, chosen) = (session(&server).await, session_with(&server, "-c work_mem=8MB").await);
    let said = [
        ("work_mem", "7MB"),
        ("app.everywhere", "all"),
        ("app.own", "it's, \\ mine"),
        ("datestyle", "German, DMY"),
        ("extra_float_digits", "3"),
    ];
    for (name, value) in said {
        assert_eq!(show(&new, name).await, value, "{name}");
        assert_eq!(show(&chosen, name).await, if name == "work_mem" { "8MB" } else { value }, "{name}");
        // What they are reset to.
        new.batch_execute(&format!("SET {name} = DEFAULT")).await.expect("it is reset");
        assert_eq!(show(&new, name).await, value, "{name}");
    }
    assert_eq!(show(&old, "datestyle").await, "ISO, MDY");
    assert_eq!(show(&old, "app.own").await, "");
    new.batch_execute("SET work_mem = '9MB'").await.expect("set");
    assert_eq!(show(&old, "work_mem").await, "4MB");
    assert_eq!(show(&new, "work_mem").await, "9MB");
    new.batch_execute("DISCARD ALL").await.expect("discarded");
    assert_eq!(show(&new, "work_mem").await, "7MB");

    // What cannot be set any more is passed over.
    old.batch_execute("CREATE ROLE gone; ALTER ROLE postgres SET role = 'gone'; DROP ROLE gone")
        .await
        .expect("said");
    assert_eq!(show(&session(&server).await, "work_mem").await, "7MB");
    // What is rolled back was not said, and what is taken back is gone.
    old.batch_execute("BEGIN; ALTER ROLE postgres SET work_mem = '1MB'; ROLLBACK").await.expect("taken back");
    assert_eq!(show(&session(&server).await, "work_mem").await, "7MB");
    old.batch_execute("ALTER ROLE postgres RESET ALL").await.expect("taken back");
    assert_eq!(show(&session(&server).await, "work_mem").await, "6MB");
    drop(db);
    server.close().await;
}

#[tokio::test]
async fn a_client_is_told_of_what_it_begins_with() {
    let (db, server) = serve().await;
    db.batch_execute("ALTER ROLE postgres SET datestyle = 'German'").await.expect("said");
    for (options, told) in [("", "German, DMY"), ("-c datestyle=SQL", "SQL, DMY")] {
        let mut config: Config = server.url().parse().expect("it is a url");
        if !options.is_empty() {
            config.options(options);
        }
        let (client, mut connection) = config.connect(NoTls).await.expect("it is let in");
        tokio::select! {
            answer = client.batch_execute("SELECT 1") => answer.expect("it answers"),
            end = &mut connection => panic!("it ended: {end:?}"),
        }
        assert_eq!(connection.parameter("DateStyle"), Some(told), "{options}");
    }
    server.close().await;
}

#[tokio::test]
async fn a_folder_keeps_what_sessions_begin_with() {
    let folder = std::env::temp_dir().join(format!("ominipg-login-{}", std::process::id()));
    let url = format!("file://{}", folder.display());
    for round in 0..2 {
        let db = Ominipg::connect(url.as_str()).await.expect("it opens");
        let shown: String = db.query_one("SHOW work_mem", &[]).await.expect("it answers").get(0);
        assert_eq!(shown, if round == 0 { "4MB" } else { "7MB" });
        db.batch_execute("ALTER DATABASE postgres SET work_mem = '7MB'").await.expect("said");
        db.close().await.expect("closed");
    }
    std::fs::remove_dir_all(&folder).expect("removed");
}
