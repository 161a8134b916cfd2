//! What the SQL makes of a model, as plain data with names in place of positions: statements are made of it, and it is the
//! snapshot that migrations start from.

mod check;
mod name;
mod of;
mod pattern;
mod table;

#[cfg(feature = "engine")]
pub(crate) use pattern::means_the_same;
pub(crate) use table::{
    Check, Column, Distribution, EnumType, ForeignKey, Index, Key, Shape, Table, VERSION,
};
