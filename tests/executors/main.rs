//! The same generated code on every client that can run statements.

mod suite;

use std::sync::Mutex;

use ominipg::{
    ConnectOptions, Error, ErrorKind, Executing, Executor, Mode, Ominipg, Row, TypedParam,
    codegen_support::Uuid,
};
use tokio_postgres::{Client, NoTls, RowStream};

/// The tables of `schemas/blog`.
mod blog {
    ominipg::ominipg_schema!("schemas/blog");
}

/// A database on the server for tests, with the tables of the blog.
async fn url() -> String {
    let url = ominipg_test_support::database().await;
    let options = ConnectOptions::new(&url).schema(&blog::SCHEMA).create_tables(true).max_connections(1);
    let db = Ominipg::connect(options).await.expect("the database opens");
    assert_eq!(db.mode(), Mode::Direct);
    db.close().await.expect("closed");
    url
}

async fn client() -> Client {
    let (client, connection) = tokio_postgres::connect(&url().await, NoTls).await.expect("connected");
    tokio::spawn(connection);
    client
}

#[tokio::test]
async fn on_a_database_and_in_its_transactions() {
    let options = ConnectOptions::new(":memory:").schema(&blog::SCHEMA).create_tables(true);
    let db = Ominipg::connect(options).await.expect("the database opens");
    suite::runs(&db, true).await;
    suite::empties(&db).await;
    let mut tx = db.transaction().await.expect("begun");
    suite::runs(&tx, true).await;
    suite::empties(&tx).await;
    let sp = tx.savepoint().await.expect("begun");
    suite::runs(&sp, true).await;
    suite::runs_typed(&sp).await;
    drop(sp);
    suite::runs_typed(&tx).await;
    tx.commit().await.expect("committed");
    suite::runs_typed(&db).await;
    // Behind pointers, and without its type.
    let pointers: [Box<dyn Executor>; 2] = [Box::new(db.clone()), Box::new(std::sync::Arc::new(db))];
    for on in &pointers {
        suite::runs(on.as_ref(), true).await;
        suite::empties(on).await;
    }
}

#[tokio::test]
async fn on_a_bare_client_and_in_its_transaction() {
    let mut client = client().await;
    suite::runs(&client, false).await;
    suite::empties(&client).await;
    let tx = client.transaction().await.expect("begun");
    suite::runs(&tx, true).await;
    suite::runs_typed(&tx).await;
    tx.rollback().await.expect("rolled back");
    assert_eq!(blog::users::find().count(&client).await.expect("counted"), 0);
}

#[tokio::test]
async fn on_a_client_of_a_pool_and_in_its_transaction() {
    let manager = deadpool_postgres::Manager::new(url().await.parse().expect("a url"), NoTls);
    let pool = deadpool_postgres::Pool::builder(manager).max_size(1).build().expect("a pool");
    let mut client = pool.get().await.expect("connected");
    suite::runs(&client, false).await;
    suite::empties(&client).await;
    let tx = client.transaction().await.expect("begun");
    suite::runs(&tx, true).await;
    tx.commit().await.expect("committed");
    assert_eq!(blog::users::find().count(&client).await.expect("counted"), 2);
}

/// A client that notes what it runs.
struct Noting {
    client: Client,
    seen: Mutex<Vec<String>>,
}

impl Noting {
    fn note(&self, sql: &str) {
        self.seen.lock().expect("nobody panics").push(sql.to_owned());
    }
}

impl Executor for Noting {
    fn query_typed<'a>(&'a self, sql: &'a str, params: &'a [TypedParam<'a>]) -> Executing<'a, Vec<Row>> {
        self.note(sql);
        Box::pin(async move { Ok(self.client.query_typed(sql, params).await?) })
    }

    fn execute_typed<'a>(&'a self, sql: &'a str, params: &'a [TypedParam<'a>]) -> Executing<'a, u64> {
        self.note(sql);
        Box::pin(async move { Ok(self.client.execute_typed(sql, params).await?) })
    }

    fn stream_typed<'a>(&'a self, sql: &'a str, params: &'a [TypedParam<'a>]) -> Executing<'a, RowStream> {
        self.note(sql);
        let params = params.iter().map(|(value, ty)| (*value, ty.clone()));
        Box::pin(async move { Ok(self.client.query_typed_raw(sql, params).await?) })
    }
}

/// One that runs nothing.
struct Refusing;

impl Executor for Refusing {
    fn query_typed<'a>(&'a self, _: &'a str, _: &'a [TypedParam<'a>]) -> Executing<'a, Vec<Row>> {
        Box::pin(async { Err(Error::other(std::io::Error::other("not today"))) })
    }

    fn execute_typed<'a>(&'a self, _: &'a str, _: &'a [TypedParam<'a>]) -> Executing<'a, u64> {
        Box::pin(async { Err(Error::other("not today")) })
    }
}

#[tokio::test]
async fn on_one_of_the_programs_own() {
    let on = Noting { client: client().await, seen: Mutex::default() };
    suite::runs(&on, false).await;
    let seen = on.seen.lock().expect("nobody panics").join("\n");
    assert!(seen.contains("INSERT INTO \"users\"") && !seen.contains("ada@example.com"), "{seen}");

    let refused = blog::users::find().all(&Refusing).await.expect_err("it runs nothing");
    assert_eq!((refused.kind(), refused.to_string().as_str()), (ErrorKind::Other, "not today"));
    assert!(refused.underlying().is_some_and(|cause| cause.is::<std::io::Error>()));
    let refused = blog::users::find().stream(&Refusing).await.expect_err("it has no way to do so");
    assert!(refused.to_string().contains("stream_typed"), "{refused}");
    let refused =
        blog::users::by_key(Uuid::nil()).delete().run(&Refusing).await.expect_err("it runs nothing");
    assert_eq!(refused.kind(), ErrorKind::Other);
}
