//! Columns that the driver has no type for.

use std::error::Error;

use tokio_postgres::types::{FromSql, Type};

type Converted<T> = Result<T, Box<dyn Error + Sync + Send>>;

/// The number of a transaction.
pub(super) struct Xid(pub(super) u64);

impl<'a> FromSql<'a> for Xid {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Converted<Self> {
        Ok(Self(u64::from_be_bytes(raw.try_into()?)))
    }

    fn accepts(ty: &Type) -> bool {
        ty.name() == "xid8"
    }
}

/// A point in time, in milliseconds since 1970.
pub(super) struct Millis(pub(super) u64);

/// PostgreSQL counts from the year 2000.
const EPOCH_MS: i64 = 946_684_800_000;

impl<'a> FromSql<'a> for Millis {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Converted<Self> {
        let micros = i64::from_be_bytes(raw.try_into()?);
        Ok(Self(u64::try_from(micros.div_euclid(1000).saturating_add(EPOCH_MS)).unwrap_or_default()))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }
}
