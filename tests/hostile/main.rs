//! Names, values, filters, paths and cursors that mean harm, in one list, against an embedded database: nothing is executed that
//! was not meant, what is stored comes back as it was, and what is refused has its place.

mod corpus;
mod expressions;
mod filters;
mod guard;
mod values;

/// The tables of `tests/hostile/schemas`, whose names are SQL themselves.
#[allow(dead_code)]
mod db {
    ominipg::ominipg_schema!("tests/hostile/schemas");
}
