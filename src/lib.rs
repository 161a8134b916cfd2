//! A typed PostgreSQL data layer from JSON Schemas, with PostgreSQL built in.
