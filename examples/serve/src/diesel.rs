//! diesel on an embedded database, while generated code works on it too.
//!
//! ```sh
//! cargo run --release -p ominipg-example-serve --bin serve-diesel
//! ```

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use ominipg::{ConnectOptions, Ominipg};

/// The tables of `schemas/notes`.
#[allow(missing_docs)]
mod db {
    ominipg::ominipg_schema!("../../schemas/notes");
}

use self::db::{NewNote, SCHEMA, notes as typed};

/// The same tables as diesel has them.
mod schema {
    diesel::table! {
        notes (id) {
            id -> Int4,
            title -> Text,
        }
    }

    diesel::table! {
        tags (id) {
            id -> Int4,
            name -> Text,
        }
    }

    diesel::table! {
        note_tags (note_id, tag_id) {
            #[sql_name = "noteId"]
            note_id -> Int4,
            #[sql_name = "tagId"]
            tag_id -> Int4,
        }
    }

    diesel::joinable!(note_tags -> notes (note_id));
    diesel::joinable!(note_tags -> tags (tag_id));
    diesel::allow_tables_to_appear_in_same_query!(notes, tags, note_tags);
}

use self::schema::{note_tags, notes, tags};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = ConnectOptions::new(":memory:").schema(&SCHEMA).create_tables(true);
    let db = Ominipg::connect(options).await?;
    let engines = typed::create(NewNote::new("Engines").body("They run.")).run(&db).await?;
    typed::create(NewNote::new("Notes")).run(&db).await?;

    // Any free port; another program would need one that it knows, such as `127.0.0.1:5433`.
    let server = db.serve("127.0.0.1:0").await?;
    let mut connection = AsyncPgConnection::establish(&server.url()).await?;

    connection
        .transaction::<_, diesel::result::Error, _>(async |connection| {
            let insert = diesel::insert_into(tags::table).values(tags::name.eq("rust"));
            let tag: i32 = insert.returning(tags::id).get_result(connection).await?;
            let pair = (note_tags::note_id.eq(engines.id), note_tags::tag_id.eq(tag));
            diesel::insert_into(note_tags::table).values(pair).execute(connection).await
        })
        .await?;

    let tagged = notes::table.inner_join(note_tags::table.inner_join(tags::table));
    let tagged: Vec<(String, String)> =
        tagged.select((notes::title, tags::name)).load(&mut connection).await?;
    for (title, tag) in tagged {
        println!("diesel: {title} is about {tag}");
    }

    // What diesel wrote is there for generated code.
    for (note, tags) in typed::find().order_by(typed::id().asc()).with(typed::tags()).all(&db).await? {
        let names: Vec<&str> = tags.iter().map(|tag| tag.name.as_str()).collect();
        println!("ominipg: {} [{}]", note.title, names.join(", "));
    }
    drop(connection);
    server.close().await;
    db.close().await?;
    Ok(())
}
