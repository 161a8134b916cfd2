//! The keys by which rows of two tables belong together.

use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

use crate::encode::{Elements, Encoder, Key, Slot, array_param};
use crate::error::Error;
use crate::hash::HashMap;
use crate::model::Encode;
use crate::param::Param;
use crate::schema::{SqlType, TableDef};

/// The keys of many rows, as bytes that are equal where the keys are.
pub(super) struct Keys {
    table: &'static TableDef,
    columns: &'static [usize],
    encoder: Encoder,
    /// The number of each row's key; `None` where a part is NULL.
    places: Vec<Option<usize>>,
    /// Each key once, numbered in the order it was found.
    pub(super) distinct: HashMap<Key, usize>,
    /// The row that each number was found at.
    found_at: Vec<usize>,
}

impl Keys {
    pub(super) fn of<E: Encode>(
        table: &'static TableDef,
        columns: &'static [usize],
        rows: &[E],
    ) -> Result<Self, Error> {
        let encoder = encode(table, columns, rows)?;
        let (mut distinct, mut found_at) = (HashMap::default(), Vec::new());
        let place = |(index, key): (usize, Option<Key>)| {
            Some(*distinct.entry(key?).or_insert_with(|| {
                found_at.push(index);
                found_at.len() - 1
            }))
        };
        let places = keys(&encoder, table, columns, rows.len()).enumerate().map(place).collect();
        Ok(Self { table, columns, encoder, places, distinct, found_at })
    }

    /// The numbers that the keys of rows of another table have here.
    pub(super) fn places_of<E: Encode>(
        &self,
        table: &'static TableDef,
        columns: &'static [usize],
        rows: &[E],
    ) -> Result<Vec<Option<usize>>, Error> {
        let encoder = encode(table, columns, rows)?;
        Ok(keys(&encoder, table, columns, rows.len()).map(|key| self.place(key?)).collect())
    }

    /// The number of a key.
    pub(super) fn place(&self, key: Key) -> Option<usize> {
        self.distinct.get(&key).copied()
    }

    /// The types of the parts.
    pub(super) fn types(&self) -> Vec<SqlType> {
        self.columns.iter().map(|&column| self.table.columns[column].ty).collect()
    }

    /// The parts of the distinct keys, one array for each column.
    pub(super) fn params(&self) -> Result<Vec<Param>, Error> {
        let array = |&column: &usize| {
            let def = &self.table.columns[column];
            let mut slot = Slot::default();
            let mut wanted = self.found_at.iter().peekable();
            for (index, element) in self.encoder.column(column).elements().enumerate() {
                if wanted.next_if_eq(&&index).is_some() {
                    slot.push_raw(element);
                }
            }
            Ok(array_param(def.ty, &slot)?.of(def))
        };
        self.columns.iter().map(array).collect()
    }

    /// Gives each row its group; only rows that share a key cost a copy.
    pub(super) fn hand_out<R: Clone>(self, mut groups: Vec<Vec<R>>) -> Vec<Vec<R>> {
        let mut uses = vec![0_usize; groups.len()];
        self.places.iter().flatten().for_each(|&place| uses[place] += 1);
        let mut give = |place: Option<usize>| {
            let Some(place) = place else { return Vec::new() };
            uses[place] -= 1;
            if uses[place] == 0 { std::mem::take(&mut groups[place]) } else { groups[place].clone() }
        };
        self.places.into_iter().map(&mut give).collect()
    }
}

fn encode<E: Encode>(table: &'static TableDef, columns: &[usize], rows: &[E]) -> Result<Encoder, Error> {
    let mut encoder = Encoder::new(table).only(columns);
    rows.iter().for_each(|row| row.encode(&mut encoder));
    encoder.check()?;
    Ok(encoder)
}

/// The keys of so many rows.
fn keys<'a>(
    encoder: &'a Encoder,
    table: &'static TableDef,
    columns: &'a [usize],
    rows: usize,
) -> impl Iterator<Item = Option<Key>> + 'a {
    let mut parts: Vec<_> = columns.iter().map(|&column| encoder.column(column).elements()).collect();
    (0..rows).map(move |_| {
        let part = |(&column, elements): (&usize, &mut Elements<'a>)| {
            (table.columns[column].ty, elements.next().flatten())
        };
        Key::of(columns.iter().zip(&mut parts).map(part))
    })
}

/// The key that a row has in these of its columns.
pub(super) fn key_at(row: &Row, columns: &[(usize, SqlType)]) -> Result<Option<Key>, Error> {
    let mut failed = None;
    let part = |&(at, ty): &(usize, SqlType)| match row.try_get::<_, Option<Raw<'_>>>(at) {
        Ok(raw) => (ty, raw.map(|raw| raw.0)),
        Err(error) => {
            failed = Some(error);
            (ty, None)
        }
    };
    let key = Key::of(columns.iter().map(part));
    failed.map_or(Ok(key), |error| Err(error.into()))
}

/// Whether equal values of a type have equal bytes, whoever wrote them.
pub(super) fn has_one_form(ty: SqlType) -> bool {
    matches!(ty, SqlType::Int2 | SqlType::Int4 | SqlType::Int8 | SqlType::Text | SqlType::Uuid)
}

/// A value's bytes, still in the row's buffer.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
