//! The runtime on a PostgreSQL server, with a schema's module as the generator writes it.

mod blog;
mod connect;
mod crud;
