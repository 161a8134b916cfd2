//! sqlx on an embedded database, while generated code works on it too.
//!
//! ```sh
//! cargo run --release -p ominipg-example-serve --bin serve-sqlx
//! ```

use ominipg::{ConnectOptions, Ominipg};
use sqlx::postgres::PgPoolOptions;

/// The tables of `schemas/notes`.
#[allow(missing_docs)]
mod db {
    ominipg::ominipg_schema!("../../schemas/notes");
}

use self::db::{NewNote, SCHEMA, notes};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = ConnectOptions::new(":memory:").schema(&SCHEMA).create_tables(true);
    let db = Ominipg::connect(options).await?;
    let engines = notes::create(NewNote::new("Engines").body("They run.")).run(&db).await?;
    notes::create(NewNote::new("Notes")).run(&db).await?;

    // Any free port; another program would need one that it knows, such as `127.0.0.1:5433`.
    let server = db.serve("127.0.0.1:0").await?;
    let pool = PgPoolOptions::new().max_connections(2).connect(&server.url()).await?;

    let mut tx = pool.begin().await?;
    let insert = sqlx::query_as("INSERT INTO tags (name) VALUES ($1) RETURNING id");
    let (tag,): (i32,) = insert.bind("rust").fetch_one(&mut *tx).await?;
    sqlx::query(r#"INSERT INTO note_tags ("noteId", "tagId") VALUES ($1, $2)"#)
        .bind(engines.id)
        .bind(tag)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;

    let tags = r#"SELECT n.title, count(t."tagId") FROM notes n LEFT JOIN note_tags t ON t."noteId" = n.id
                  GROUP BY n.title ORDER BY n.title"#;
    let counted: Vec<(String, i64)> = sqlx::query_as(tags).fetch_all(&pool).await?;
    for (title, tags) in counted {
        println!("sqlx: {title} has {tags} tags");
    }

    // What sqlx wrote is there for generated code.
    for (note, tags) in notes::find().order_by(notes::id().asc()).with(notes::tags()).all(&db).await? {
        let names: Vec<&str> = tags.iter().map(|tag| tag.name.as_str()).collect();
        println!("ominipg: {} [{}]", note.title, names.join(", "));
    }
    pool.close().await;
    server.close().await;
    db.close().await?;
    Ok(())
}
