//! The newest posts, with what belongs to them.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use ominipg::{Ominipg, Page};
use serde_json::{Value, json};

use crate::db::{Post, posts, tags};
use crate::failure::Failure;
use crate::list::{Listing, answer};
use crate::payload;

/// Posts that are published, each with its author and tags: three statements, however many posts there are.
pub async fn feed(
    State(db): State<Ominipg>,
    listing: Result<Query<Listing>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(listing) = listing?;
    let page = listing
        .find::<Post>()?
        .filter(posts::published_at().is_not_null())
        .order_by(posts::published_at().desc())
        .with((posts::author(), posts::tags().order_by(tags::name().asc())))
        .page(listing.page()?, &db)
        .await?;
    let items: Vec<Value> = page
        .items
        .into_iter()
        .map(|(post, author, tags)| {
            let tags: Vec<String> = tags.into_iter().map(|tag| tag.name).collect();
            json!({ "id": post.id, "title": post.title, "author": author.name, "tags": tags })
        })
        .collect();
    payload::json(&answer(&Page { items, next: page.next }))
}
