//! What a database has, as PostgreSQL's catalog tells: for [`verify_schema`](crate::Ominipg::verify_schema) and for who makes
//! schemas of a database.

mod object;
mod read;
mod table;

pub use self::object::{Catalog, CatalogEnum, OtherObject};
pub(crate) use self::read::read;
pub use self::table::{
    CatalogColumn, CatalogConstraint, CatalogForeignKey, CatalogIndex, CatalogTable, ConstraintKind,
};
