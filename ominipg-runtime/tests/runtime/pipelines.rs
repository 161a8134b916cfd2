//! Statements that go out together.

use std::time::Instant;

use ominipg_runtime::{ConnectOptions, Ominipg};
use ominipg_test_support::{database, takes_connections};

use crate::blog::{NewPost, NewUser, SCHEMA, posts, users};
use crate::proxy::{DELAY, Proxy};

/// How many ways to the server and back something takes.
async fn ways<T>(work: impl Future<Output = T>) -> (T, u32) {
    let since = Instant::now();
    let done = work.await;
    let way = DELAY * 2;
    (done, u32::try_from(since.elapsed().as_millis() / way.as_millis()).unwrap())
}

async fn far_blog(prepare: bool) -> (Ominipg, Proxy) {
    let (url, proxy) = (database().await, Proxy::delayed());
    let options = ConnectOptions::new(&url).schema(&SCHEMA).create_tables(true);
    let near = Ominipg::connect(options).await.unwrap();
    let ada = users::create(NewUser::new("ada@example.com", "Ada")).run(&near).await.unwrap();
    posts::create(NewPost::new(ada.id, "a1").editor_id(ada.id)).run(&near).await.unwrap();
    near.close().await.unwrap();
    let far = ConnectOptions::new(proxy.before(&url).await).max_connections(3).prepare(prepare);
    (Ominipg::connect(far).await.unwrap(), proxy)
}

#[tokio::test]
async fn relations_of_one_level_take_one_way() {
    if !takes_connections(2) {
        return;
    }
    for prepare in [true, false] {
        let (db, proxy) = far_blog(prepare).await;
        let load = async || {
            let found = users::find().with((users::posts(), users::edited())).all(&db).await.unwrap();
            assert_eq!((found.len(), found[0].1.len(), found[0].2.len()), (1, 1, 1));
        };
        load().await;
        // One way for the users, and one for what belongs to them.
        let ((), taken) = ways(load()).await;
        assert_eq!(taken, 2, "with prepare({prepare})");
        assert_eq!(proxy.connections(), 1);

        let deep = async || {
            let nested = users::posts().with((posts::author(), posts::editor()));
            users::find().with((nested, users::edited())).all(&db).await.unwrap();
        };
        deep().await;
        assert_eq!(ways(deep()).await.1, 3);
        assert_eq!(proxy.connections(), 1);
    }
}

#[tokio::test]
async fn statements_of_a_transaction_may_be_joined() {
    if !takes_connections(2) {
        return;
    }
    let (db, _) = far_blog(true).await;
    let tx = db.transaction().await.unwrap();
    let work = async || {
        let (users, posts, one) = tokio::join!(
            users::find().all(&tx),
            posts::find().count(&tx),
            tx.query_one("SELECT $1::int4", &[&1_i32])
        );
        assert_eq!((users.unwrap().len(), posts.unwrap(), one.unwrap().get(0)), (1, 1, 1_i32));
    };
    work().await;
    assert_eq!(ways(work()).await.1, 1);
    let related = async || users::find().with((users::posts(), users::edited())).all(&tx).await.unwrap();
    related().await;
    assert_eq!(ways(related()).await.1, 2);
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_fails_first_is_told() {
    if !takes_connections(2) {
        return;
    }
    let (db, _) = far_blog(true).await;
    let both = users::find().with((users::posts(), users::edited()));
    both.clone().all(&db).await.unwrap();
    db.batch_execute("ALTER TABLE posts RENAME COLUMN \"editorId\" TO gone").await.unwrap();
    assert_eq!(both.clone().all(&db).await.unwrap_err().code().unwrap().code(), "42703");
    let tx = db.transaction().await.unwrap();
    assert_eq!(both.all(&tx).await.unwrap_err().code().unwrap().code(), "42703");
    drop(tx);
    assert_eq!(users::find().count(&db).await.unwrap(), 1);
}
