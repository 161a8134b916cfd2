//! Clients of others that generated code runs on.

use tokio_postgres::{Client, Row, RowStream, Transaction};

use super::executor::{Executing, Executor, TypedParam};

macro_rules! foreign {
    ($($type:ty as $client:ty, $is_transaction:literal;)*) => { $(
        impl Executor for $type {
            fn query_typed<'a>(&'a self, sql: &'a str, params: &'a [TypedParam<'a>]) -> Executing<'a, Vec<Row>> {
                let client: &'a $client = self;
                Box::pin(async move { Ok(client.query_typed(sql, params).await?) })
            }

            fn execute_typed<'a>(&'a self, sql: &'a str, params: &'a [TypedParam<'a>]) -> Executing<'a, u64> {
                let client: &'a $client = self;
                Box::pin(async move { Ok(client.execute_typed(sql, params).await?) })
            }

            fn stream_typed<'a>(&'a self, sql: &'a str, params: &'a [TypedParam<'a>]) -> Executing<'a, RowStream> {
                let client: &'a $client = self;
                let params = params.iter().map(|(value, ty)| (*value, ty.clone()));
                Box::pin(async move { Ok(client.query_typed_raw(sql, params).await?) })
            }

            fn is_transaction(&self) -> bool {
                $is_transaction
            }
        }
    )* };
}

foreign! {
    Client as Client, false;
    Transaction<'_> as Transaction<'_>, true;
}

#[cfg(feature = "deadpool")]
foreign! {
    deadpool_postgres::Object as Client, false;
    deadpool_postgres::ClientWrapper as Client, false;
    deadpool_postgres::Transaction<'_> as Transaction<'_>, true;
}
