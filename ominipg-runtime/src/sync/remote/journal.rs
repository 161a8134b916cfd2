//! Where two changed the same row: what both had is written down, so that the loser can be brought back.

use bytes::Bytes;
use tokio_postgres::types::Type;

use super::apply::Target;
use super::contended::text;
use super::shadow;
use super::write::{int8, number};
use crate::error::Error;
use crate::param::{Param, Params};
use crate::session::{Session, Transaction};
use crate::sync::core::{Conflict, Image};

const WRITE: &str = "INSERT INTO ominipg.conflicts (replica, batch, table_name, winner, reason, columns, pushed, pushed_time, \
    found_columns, found, found_time, found_replica, key, lost) \
    VALUES ($1, $2, $3, $4, $5, string_to_array($6, chr(31)), $7, $8, string_to_array($9, chr(31)), $10, $11, $12, $13, string_to_array($14, chr(31)))";

/// Writes a conflict down, with both rows in their binary form.
pub(super) async fn write(
    tx: &Transaction,
    target: &Target<'_>,
    batch: i64,
    conflict: &Conflict,
) -> Result<(), Error> {
    let image = |image: &Option<Image>| Param::new(Type::BYTEA, image.as_ref().map(Image::to_bytes));
    let names = |image: &Option<Image>| {
        joined(image.iter().flat_map(|image| image.layout.columns.iter().map(|name| &**name)))
    };
    let (pushed_time, _) = shadow::parts(conflict.local_stamp);
    let (found_time, found_replica) = shadow::parts(conflict.remote_stamp);
    let key: Vec<u8> = conflict.key.key.0.iter().flat_map(|field| field.iter().copied()).collect();
    let params = [
        int8(number(target.me)),
        int8(batch),
        text(Some(target.table.name.clone())),
        text(Some(conflict.winner.name().to_owned())),
        text(Some(conflict.reason.name().to_owned())),
        names(&conflict.local),
        image(&conflict.local),
        int8(pushed_time),
        names(&conflict.remote),
        image(&conflict.remote),
        int8(found_time),
        int8(found_replica),
        Param::new(Type::BYTEA, Some(Bytes::from(key))),
        joined(conflict.columns.iter().map(|(name, _)| &**name)),
    ];
    Session::transaction(tx).execute(WRITE, Params::Ready(&params)).await.map(drop)
}

/// Names as one text, which the statement takes apart again.
fn joined<'a>(names: impl Iterator<Item = &'a str>) -> Param {
    text(Some(names.collect::<Vec<_>>().join("\x1f")))
}
