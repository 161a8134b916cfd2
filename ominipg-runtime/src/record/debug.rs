//! A record as a program shows it.

use std::fmt::{self, Debug, DebugStruct, Formatter};

use serde::Serialize;
use tokio_postgres::types::ToSql;

use super::sink::{Sink, Write};
use super::{Record, name};
use crate::field::Field;
use crate::model::Model;
use crate::schema::ColumnDef;
use crate::value::base64::Base64;

/// Shows a record, its fields named as the columns: without what is left alone, and without the values of columns that are
/// write-only, which may be secrets.
///
/// # Errors
///
/// Those of the formatter.
pub fn debug<T: Record>(record: &T, f: &mut Formatter<'_>) -> fmt::Result {
    let mut to = Shown { to: f.debug_struct(name::<T>()), columns: T::Row::TABLE.columns, left_out: false };
    record.write(&mut Sink::of::<T>(&mut to));
    if to.left_out { to.to.finish_non_exhaustive() } else { to.to.finish() }
}

/// Stands for the value of a write-only column.
pub struct Hidden;

impl Debug for Hidden {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

struct Shown<'a, 'f> {
    to: DebugStruct<'a, 'f>,
    columns: &'static [ColumnDef],
    left_out: bool,
}

impl Shown<'_, '_> {
    fn field(&mut self, column: usize, value: &dyn Debug) {
        let column = &self.columns[column];
        self.to.field(column.name, if column.write_only { &Hidden } else { value });
    }

    fn optional<T: Debug>(&mut self, column: usize, value: &Field<T>) {
        match value {
            Field::Set(value) => self.field(column, value),
            Field::Unset => self.left_out = true,
        }
    }
}

impl Write for Shown<'_, '_> {
    fn put<T: ToSql + Serialize>(&mut self, column: usize, value: &T) {
        self.field(column, value);
    }

    fn put_field<T: ToSql + Serialize>(&mut self, column: usize, value: &Field<T>) {
        self.optional(column, value);
    }

    fn put_json<T: Serialize + Debug>(&mut self, column: usize, value: &T) {
        self.field(column, value);
    }

    fn put_json_opt<T: Serialize + Debug>(&mut self, column: usize, value: &Option<T>) {
        self.field(column, value);
    }

    fn put_json_field<T: Serialize + Debug>(&mut self, column: usize, value: &Field<T>) {
        self.optional(column, value);
    }

    fn put_bytes<T: ToSql + Base64>(&mut self, column: usize, value: &T) {
        self.field(column, value);
    }

    fn put_bytes_field<T: ToSql + Base64>(&mut self, column: usize, value: &Field<T>) {
        self.optional(column, value);
    }
}
