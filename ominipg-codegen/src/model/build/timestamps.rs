//! The columns that say when a row was made, changed and deleted.

use super::Context;
use super::cursor::Cursor;
use super::kept::{self, Kept};
use super::table::Config;
use crate::diagnostic::Place;
use crate::model::table::Table;
use crate::model::types::Scalar;

/// Adds or adjusts the columns that `timestamps` asks for.
pub(super) fn add<'a>(context: &mut Context<'a, '_>, table: &mut Table, config: Config<'a>) {
    let Some(at) = config.get("timestamps").filter(|at| at.node.bool() != Some(false)) else { return };
    let named = |key: &str| at.get(key).and_then(|at| Some((at.node.str()?.to_owned(), at.place())));
    let (made, changed) = (named("createdAt"), named("updatedAt"));
    let both = made.is_none() && changed.is_none();
    if both || made.is_some() {
        let (property, place) = made.unwrap_or_else(|| usual(table, config, "createdAt", "created_at", at));
        kept::column(context, table, &property, place, &when("When the row was made."));
    }
    if both || changed.is_some() {
        let (property, place) =
            changed.unwrap_or_else(|| usual(table, config, "updatedAt", "updated_at", at));
        table.updated_at =
            kept::column(context, table, &property, place, &when("When the row was last changed."));
    }
}

/// Adds or adjusts the column that `softDelete` asks for.
pub(super) fn add_deleted<'a>(context: &mut Context<'a, '_>, table: &mut Table, config: Config<'a>) {
    let Some(at) = config.get("softDelete").filter(|at| at.node.bool() != Some(false)) else { return };
    let named = at.node.str().map(|name| (name.to_owned(), at.place()));
    let (property, place) = named.unwrap_or_else(|| usual(table, config, "deletedAt", "deleted_at", at));
    let kept = Kept {
        types: &[Scalar::Timestamptz],
        nullable: true,
        default: None,
        doc: "When the row was deleted; NULL where it was not.",
    };
    table.deleted_at = kept::column(context, table, &property, place, &kept);
}

fn when(doc: &'static str) -> Kept {
    Kept { types: &[Scalar::Timestamptz], nullable: false, default: Some("now()"), doc }
}

/// The name that is there already, else the one of the form: bundles are in snake_case.
fn usual(table: &Table, config: Config<'_>, camel: &str, snake: &str, at: Cursor<'_>) -> (String, Place) {
    let there = [camel, snake].into_iter().find(|name| table.column(name).is_some());
    let name = there.unwrap_or(if config.is_bundled() { snake } else { camel });
    (name.to_owned(), at.place())
}
