use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Served;

diesel::table! {
    users (id) {
        id -> Int8,
        name -> Text,
        age -> Nullable<Int4>,
    }
}

#[tokio::test]
async fn a_typed_query_works() {
    let served = Served::new().await;
    served
        .db
        .batch_execute("CREATE TABLE users (id int8 PRIMARY KEY, name text NOT NULL, age int4)")
        .await
        .expect("it is created");
    let mut connection = AsyncPgConnection::establish(&served.url()).await.expect("it opens");
    let rows = [(1_i64, "Ada", Some(36)), (2, "Grace", None)]
        .map(|(id, name, age)| (users::id.eq(id), users::name.eq(name), users::age.eq(age)));
    let inserted = diesel::insert_into(users::table).values(&rows).execute(&mut connection).await;
    assert_eq!(inserted.expect("they are inserted"), 2);
    let grown: Vec<(i64, String)> = users::table
        .filter(users::age.ge(18))
        .select((users::id, users::name))
        .load(&mut connection)
        .await
        .expect("it answers");
    assert_eq!(grown, [(1, "Ada".to_owned())]);
    drop(connection);
    served.close().await;
}
