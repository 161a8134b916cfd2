//! A database, and what must not change in it.

use ominipg::{ConnectOptions, Ominipg};

use crate::db::SCHEMA;

/// Everything that a statement could leave behind: tables and what belongs to them, functions, roles, and a row that stays.
const STATE: &str = "SELECT concat_ws(' | ',
    (SELECT string_agg(concat(relkind, ' ', relname), ', ' ORDER BY relname) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace),
    (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
    (SELECT string_agg(rolname, ', ' ORDER BY rolname) FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%'),
    (SELECT string_agg(text, ', ') FROM kept))";

/// An open database that is watched.
pub(crate) struct Guard {
    pub(crate) db: Ominipg,
    state: String,
}

impl Guard {
    pub(crate) async fn open() -> Self {
        let options = ConnectOptions::new(":memory:").schema(&SCHEMA).create_tables(true);
        let db = Ominipg::connect(options).await.expect("it opens");
        db.batch_execute("CREATE TABLE kept (text text); INSERT INTO kept VALUES ('still here')")
            .await
            .expect("made");
        let state = state(&db).await;
        assert!(state.contains("r things\"; DROP TABLE kept; --") && state.contains("still here"), "{state}");
        Self { db, state }
    }

    /// Nothing was executed that was not meant.
    pub(crate) async fn check(&self, what: &str) {
        assert_eq!(state(&self.db).await, self.state, "after {what:?}");
    }
}

async fn state(db: &Ominipg) -> String {
    db.query_one(STATE, &[]).await.expect("it answers").get(0)
}
