//! A typed PostgreSQL data layer from JSON Schemas, with PostgreSQL built in.
//!
//! Give it a folder of JSON Schemas and it gives you a module for each table: row types, insert values, three-state
//! patches, filter columns, relations and validators, and the SQL that creates the tables. The same code then runs on
//! PostgreSQL in your own process (nothing to install) and on a PostgreSQL server. [`Mode`] lists the ways; the url
//! that [`ConnectOptions`] takes decides.
//!
//! ```text
//! ominipg::ominipg_schema!("schemas/");          // pub mod users, pub mod posts, pub static SCHEMA, …
//!
//! let db = Ominipg::connect(ConnectOptions::new(":memory:").schema(&SCHEMA).create_tables(true)).await?;
//!
//! let ada = users::create(NewUser::new("ada@example.com", "Ada").age(36)).run(&db).await?;
//! let grown = users::find().filter(users::age().gte(18)).order_by(users::name().asc()).all(&db).await?;
//! let feed: Vec<(User, Vec<Post>)> = users::find().with(users::posts().limit(3)).all(&db).await?;
//! users::by_key(ada.id).update(UserPatch::new().age(None)).run(&db).await?;
//! ```
//!
//! - **Generated code** is data and thin wrappers: [`Model`] ties a row type to the static [`TableDef`] that all SQL is
//!   made from, and [`Find`], [`ByKey`], [`Create`], [`CreateMany`] are what the functions of a table's module return.
//!   Nothing is sent before their last call, which takes `&db` or, within a [`Transaction`], `&tx`; or any other
//!   [`Executor`], such as a client of tokio-postgres.
//! - **Filters** are typed ([`Column`], [`Filter`]), or JSON from a request ([`Find::filter_json`]); either way every
//!   value is a parameter, and a NULL is never equal to anything but is among what is *not* equal.
//! - **Values** are checked against their JSON Schema before anything is sent; the [`Error`] holds every [`Violation`].
//! - **Plain SQL** is never far: [`Ominipg::query`] and its like run on the same connections.
//!
//! Cargo features: `embedded` (PostgreSQL in the process), `macros` (the macros `ominipg_schema!` and `filter!`) and `tls` (encrypted
//! connections to servers) are on by default. `deadpool` lets generated code run on the clients of deadpool-postgres, `metrics`
//! counts and times statements for the crate `metrics`.
//! `extension-vector`, `extension-pg-trgm` and so on build PostgreSQL's extensions
//! in for embedded databases, `extensions-contrib` all of its own distribution; see [`ConnectOptions::extensions`].

#[cfg(feature = "macros")]
pub use ominipg_macros::{filter, ominipg_migrations, ominipg_schema};
pub use ominipg_runtime::*;
