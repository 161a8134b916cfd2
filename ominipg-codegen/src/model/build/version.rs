//! The column that counts a row's updates.

use super::Context;
use super::kept::{self, Kept};
use super::table::Config;
use crate::model::table::Table;
use crate::model::types::Scalar;

/// Adds or adjusts the column that `version` asks for.
pub(super) fn add<'a>(context: &mut Context<'a, '_>, table: &mut Table, config: Config<'a>) {
    let Some(at) = config.get("version").filter(|at| at.node.bool() != Some(false)) else { return };
    let kept = Kept {
        types: &[Scalar::Int4, Scalar::Int8],
        nullable: false,
        default: Some("1"),
        doc: "Counts the updates of the row.",
    };
    let property = at.node.str().unwrap_or("version").to_owned();
    table.version = kept::column(context, table, &property, at.place(), &kept);
}
