//! The runtime on a PostgreSQL server, with a schema's module as the generator writes it.

mod blog;
mod connect;
mod create_many;
mod crud;
mod filters;
mod hosts;
mod json_filters;
mod modes;
mod pipelines;
mod pool;
mod poolers;
mod proxy;
mod relations;
mod repeats;
mod statements;
mod transactions;
mod types;
