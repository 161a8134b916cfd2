//! The runtime on a PostgreSQL server, with a schema's module as the generator writes it.

mod blog;
mod connect;
mod create_many;
mod crud;
mod filters;
mod json_filters;
mod modes;
mod pool;
mod relations;
mod statements;
mod transactions;
mod types;
