//! Generates typed CRUD code for PostgreSQL from JSON Schemas.
