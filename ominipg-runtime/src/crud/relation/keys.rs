//! The keys by which rows of two tables belong together.

use std::collections::HashMap;

use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

use crate::encode::{Elements, Encoder, Slot, array_param, key_bytes};
use crate::error::Error;
use crate::model::Encode;
use crate::param::Param;
use crate::schema::{SqlType, TableDef};

/// The keys of many rows, as bytes that are equal where the keys are.
pub(super) struct Keys {
    table: &'static TableDef,
    columns: &'static [usize],
    encoder: Encoder,
    /// Each row's key; `None` where a part is NULL.
    pub(super) keys: Vec<Option<Vec<u8>>>,
    /// Each key once, numbered in the order it was found.
    pub(super) distinct: HashMap<Vec<u8>, usize>,
    /// The row that each number was found at.
    found_at: Vec<usize>,
}

impl Keys {
    pub(super) fn of<E: Encode>(
        table: &'static TableDef,
        columns: &'static [usize],
        rows: &[E],
    ) -> Result<Self, Error> {
        let mut encoder = Encoder::only(table, columns);
        for row in rows {
            row.encode(&mut encoder);
        }
        encoder.check()?;
        let (mut keys, mut distinct, mut found_at) =
            (Vec::with_capacity(rows.len()), HashMap::new(), Vec::new());
        {
            let mut parts: Vec<_> = columns.iter().map(|&column| encoder.column(column).elements()).collect();
            for index in 0..rows.len() {
                let part = |(column, elements): (&usize, &mut _)| {
                    let elements: &mut Elements<'_> = elements;
                    (table.columns[*column].ty, elements.next().flatten())
                };
                let key = key_bytes(&columns.iter().zip(&mut parts).map(part).collect::<Vec<_>>());
                if let Some(key) = &key
                    && !distinct.contains_key(key)
                {
                    distinct.insert(key.clone(), found_at.len());
                    found_at.push(index);
                }
                keys.push(key);
            }
        }
        Ok(Self { table, columns, encoder, keys, distinct, found_at })
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
        let places: Vec<_> = self
            .keys
            .iter()
            .map(|key| key.as_ref().and_then(|key| self.distinct.get(key)).copied())
            .collect();
        let mut uses = vec![0_usize; groups.len()];
        places.iter().flatten().for_each(|&place| uses[place] += 1);
        let mut give = |place: Option<usize>| {
            let Some(place) = place else { return Vec::new() };
            uses[place] -= 1;
            if uses[place] == 0 { std::mem::take(&mut groups[place]) } else { groups[place].clone() }
        };
        places.into_iter().map(&mut give).collect()
    }
}

/// The key that a row has in its columns from `at` on.
pub(super) fn key_at(row: &Row, at: usize, types: &[SqlType]) -> Result<Option<Vec<u8>>, Error> {
    let part = |(index, ty): (usize, &SqlType)| -> Result<_, Error> {
        Ok((*ty, row.try_get::<_, Option<Raw<'_>>>(at + index)?.map(|raw| raw.0)))
    };
    Ok(key_bytes(&types.iter().enumerate().map(part).collect::<Result<Vec<_>, _>>()?))
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
