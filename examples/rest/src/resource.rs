//! The requests that every table answers alike.

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ominipg::{ByKey, Column, Create, JsonPolicy, Model, Ominipg, Order};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::Failure;
use crate::list::{Listing, answer};
use crate::payload::{json, read};

/// A property and its two orders.
pub type Sorted<M> = (&'static str, Order<M>, Order<M>);

/// A table that the service shows.
pub trait Resource:
    Model<New: DeserializeOwned, Patch: DeserializeOwned, Key: DeserializeOwned + ToString> + Serialize
{
    /// Where its rows are.
    const PATH: &'static str;

    /// The row's key.
    fn key(&self) -> Self::Key;

    /// What filters may ask.
    fn policy() -> JsonPolicy<Self>;

    /// What lists can be sorted by.
    fn sorted_by() -> Vec<Sorted<Self>>;
}

/// A property that lists can be sorted by.
pub fn sorted<M, T>(property: &'static str, column: Column<M, T>) -> Sorted<M> {
    (property, column.asc(), column.desc())
}

/// The routes of a table.
pub fn routes<M: Resource>() -> Router<Ominipg> {
    Router::new()
        .route("/", get(list::<M>).post(create::<M>))
        .route("/{key}", get(one::<M>).patch(change::<M>).delete(remove::<M>))
}

type Key<M> = Result<Path<<M as Model>::Key>, PathRejection>;

async fn list<M: Resource>(
    State(db): State<Ominipg>,
    listing: Result<Query<Listing>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(listing) = listing?;
    let page = listing.find::<M>()?.page(listing.page()?, &db).await?;
    json(&answer(&page))
}

async fn create<M: Resource>(State(db): State<Ominipg>, body: Bytes) -> Result<Response, Failure> {
    let row = Create::<M>::new(read(&body)?).run(&db).await?;
    let mut response = json(&row)?;
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(location) = HeaderValue::try_from(format!("{}/{}", M::PATH, row.key().to_string())) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn one<M: Resource>(State(db): State<Ominipg>, key: Key<M>) -> Result<Response, Failure> {
    let Path(key) = key?;
    json(&ByKey::<M>::new(key).one(&db).await?)
}

async fn change<M: Resource>(
    State(db): State<Ominipg>,
    key: Key<M>,
    body: Bytes,
) -> Result<Response, Failure> {
    let Path(key) = key?;
    json(&ByKey::<M>::new(key).update(read(&body)?).run(&db).await?)
}

async fn remove<M: Resource>(State(db): State<Ominipg>, key: Key<M>) -> Result<Response, Failure> {
    let Path(key) = key?;
    if ByKey::<M>::new(key).delete().run(&db).await? {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(Failure::missing("no row has this key"))
    }
}
