//! A REST service over the tables of `schemas/blog`: lists by pages and filters, rows by key, and what changes them.
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /users?filter={"age":{"$gte":18}}&sort=-createdAt,name&limit=20` | `{ "items": […], "next": "…" }` |
//! | the same with `&after=…`, what `next` was | the page after it |
//! | `POST /users` | 201, the row, and where it is |
//! | `GET`, `PATCH` and `DELETE /users/{id}` | the row; 204 where it is gone; 404 where it was not there |
//! | `GET /feed` | the newest posts with their author and tags, by pages |
//!
//! `/posts` and `/tags` are the same. What breaks the schema is answered by 422, with a JSON pointer to each place.

mod failure;
mod feed;
mod list;
mod payload;
mod resource;
mod tables;

use axum::Router;
use axum::routing::get;
use ominipg::Ominipg;

use self::failure::Failure;
use self::resource::routes;

/// The tables of `schemas/blog`, made by the build script.
#[allow(missing_docs)]
pub mod db {
    include!(concat!(env!("OUT_DIR"), "/blog.rs"));
}

/// The service, on a database that has the tables of [`db::SCHEMA`].
pub fn router(database: Ominipg) -> Router {
    Router::new()
        .nest("/users", routes::<db::User>())
        .nest("/posts", routes::<db::Post>())
        .nest("/tags", routes::<db::Tag>())
        .route("/feed", get(feed::feed))
        .fallback(async || Failure::missing("nothing is here"))
        .with_state(database)
}
