//! What the chapters take for granted: the tables of `schemas/blog`, and a few rows in them.

#![allow(unused_imports, reason = "not every chapter needs all of it")]

pub(crate) use std::time::Duration;

pub(crate) use ominipg::{
    After, CancellationToken, ConnectOptions, Error, ErrorKind, Executor, Isolation, JsonPolicy, Ominipg,
    ServeOptions, Transaction, TransactionOptions, count, filter,
};
pub(crate) use serde_json::json;

pub(crate) use self::blog::{
    NewPost, NewTag, NewUser, Post, PostPatch, SCHEMA, Tag, User, UserPatch, UserRole, comments, post_tags,
    posts, tags, users,
};

pub(crate) use self::notes::MIGRATIONS;

/// The migrations of the chapter about them.
pub(crate) mod notes {
    ominipg::ominipg_migrations!("migrations");
}

/// The tables of `schemas/blog`.
pub(crate) mod blog {
    ominipg::ominipg_schema!("../../schemas/blog");
}

/// Two people, three posts, two tags.
pub(crate) async fn fill(db: &Ominipg) -> Result<(), Error> {
    let ada = NewUser::new("ada@example.com", "Ada", ["editor"]).age(36).role(UserRole::Admin);
    let bob = NewUser::new("bob@example.com", "Bob", Vec::new());
    let people = users::create_many([ada, bob]).run(db).await?;
    let now = "2026-01-01T12:00:00Z".parse::<jiff::Timestamp>().expect("it is one");
    let written = posts::create_many([
        NewPost::new("On engines", "They run on steam.", people[0].id).published_at(now).rating(4.5),
        NewPost::new("On notes", "Write them down.", people[0].id),
        NewPost::new("On gardens", "Roses are red.", people[1].id).published_at(now).rating(3.0),
    ]);
    let written = written.run(db).await?;
    let named = tags::create_many([NewTag::new("rust"), NewTag::new("home")]).run(db).await?;
    posts::tags().link(&written[0], [&named[0]]).run(db).await?;
    posts::tags().link(&written[2], [&named[1]]).run(db).await?;
    Ok(())
}
