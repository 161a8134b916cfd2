//! Clients of PostgreSQL on an embedded database that is served: each as its users use it, and several at once.

mod diesel;
mod programs;
mod sea_orm;
mod sessions;
mod sqlx;
mod tokio_postgres;
#[cfg(unix)]
mod unix;

use ominipg::{ConnectOptions, Ominipg, ServeOptions, Server};

const PASSWORD: &str = "correct horse";

/// An embedded database, served to those who know the password.
struct Served {
    db: Ominipg,
    server: Server,
}

impl Served {
    async fn new() -> Self {
        Self::with(":memory:").await
    }

    async fn with(options: impl Into<ConnectOptions>) -> Self {
        let db = Ominipg::connect(options).await.expect("it opens");
        let server =
            db.serve(ServeOptions::new("127.0.0.1:0").password(PASSWORD)).await.expect("it is served");
        Self { db, server }
    }

    /// What a client connects with.
    fn url(&self) -> String {
        self.server.url().replacen("postgres@", &format!("postgres:{}@", PASSWORD.replace(' ', "%20")), 1)
    }

    /// What the embedding program itself sees.
    async fn count(&self, table: &str) -> i64 {
        let counted = self.db.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await;
        counted.expect("the database answers").get(0)
    }

    async fn close(self) {
        self.server.close().await;
        self.db.close().await.expect("it closes");
    }
}
