//! How the rows of one layout become rows of a server's table.

use std::sync::Arc;

use bytes::Bytes;
use tokio_postgres::types::Type;

use super::catalog::{ServerColumn, ServerTable};
use super::convert::Convert;
use super::stage::StageColumn;
use crate::sync::core::{Edit, Image, Layout};
use crate::sync::drift::{Drift, DriftKind};

/// How the rows of one layout become rows of a server's table.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) layout: Arc<Layout>,
    /// The columns that are written: those of the key first.
    pub(super) columns: Vec<PlanColumn>,
    /// How many of them are the key.
    pub(super) key: usize,
}

/// A column that is written.
#[derive(Debug)]
pub(super) struct PlanColumn {
    /// Its place in an image.
    pub(super) at: usize,
    pub(super) name: Arc<str>,
    /// Its name in quotes.
    pub(super) quoted: String,
    pub(super) stage: StageColumn,
    /// Whether an update may set it.
    pub(super) is_settable: bool,
    convert: Convert,
}

impl Plan {
    /// Compares the columns here, with their types, with those of the server.
    pub(super) fn new(
        layout: &Arc<Layout>,
        types: &[Type],
        optional: &[bool],
        table: &ServerTable,
    ) -> Result<Self, Drift> {
        let drift = |column: &str, kind| Drift { table: table.name.clone(), column: column.to_owned(), kind };
        let mut key: Vec<&str> = layout.key.iter().map(|at| &*layout.columns[*at]).collect();
        let mut server_key: Vec<&str> = table.key.iter().map(String::as_str).collect();
        key.sort_unstable();
        server_key.sort_unstable();
        if key != server_key {
            return Err(drift(&key.join(", "), DriftKind::Key));
        }
        let others = (0..layout.columns.len()).filter(|at| !layout.key.contains(at));
        let mut columns = Vec::with_capacity(layout.columns.len());
        for at in layout.key.iter().copied().chain(others) {
            let name = &layout.columns[at];
            let Some(there) = table.column(name) else {
                if optional.get(at) == Some(&true) {
                    continue;
                }
                return Err(drift(name, DriftKind::Missing));
            };
            if there.is_generated {
                continue;
            }
            let convert = types.get(at).and_then(|ty| Convert::plan(ty, &there.ty));
            let convert = convert.ok_or_else(|| {
                let here = types.get(at).map_or("unknown", Type::name).to_owned();
                drift(name, DriftKind::Type { here, there: there.type_name.clone() })
            })?;
            columns.push(PlanColumn::new(at, name, there, convert));
        }
        let is_here = |column: &&ServerColumn| layout.position(&column.name).is_none();
        if let Some(column) = table.columns.iter().filter(is_here).find(|column| column.is_required) {
            return Err(drift(&column.name, DriftKind::Required));
        }
        Ok(Self { layout: Arc::clone(layout), columns, key: layout.key.len() })
    }

    /// The key of an edit as the server takes it; none where it is damaged.
    pub(super) fn key_of(&self, edit: &Edit) -> Option<Vec<Option<Bytes>>> {
        let mut out = Vec::with_capacity(self.key);
        for (column, value) in self.columns.iter().zip(edit.key.key.0.iter()) {
            out.push(Some(column.convert.convert(value)?));
        }
        Some(out)
    }

    /// A row as the server takes it; none where it is damaged.
    pub(super) fn row_of(&self, image: &Image) -> Option<Vec<Option<Bytes>>> {
        self.columns.iter().map(|column| column.value(image)).collect()
    }

    pub(super) fn keys(&self) -> &[PlanColumn] {
        &self.columns[..self.key]
    }

    /// The columns that an update sets.
    pub(super) fn settable(&self) -> impl Iterator<Item = (usize, &PlanColumn)> {
        self.columns.iter().enumerate().skip(self.key).filter(|(_, column)| column.is_settable)
    }
}

impl PlanColumn {
    fn new(at: usize, name: &Arc<str>, there: &ServerColumn, convert: Convert) -> Self {
        let mut quoted = crate::sql::Sql::default();
        quoted.name(name);
        Self {
            at,
            name: Arc::clone(name),
            quoted: quoted.text,
            stage: StageColumn { ty: there.ty.clone(), type_name: there.type_name.clone() },
            is_settable: there.is_settable,
            convert,
        }
    }

    /// Its value in an image of any layout, found by its name.
    #[expect(clippy::option_option, reason = "damaged or not there, NULL, a value")]
    pub(super) fn value_in(&self, image: &Image) -> Option<Option<Bytes>> {
        match image.field(&self.name)? {
            None => Some(None),
            Some(value) => Some(Some(self.convert.convert(value)?)),
        }
    }

    /// Its value in an image as the server takes it: `None` where it is damaged.
    #[expect(clippy::option_option, reason = "damaged, NULL, a value")]
    pub(super) fn value(&self, image: &Image) -> Option<Option<Bytes>> {
        match image.fields.get(self.at)? {
            None => Some(None),
            Some(value) => Some(Some(self.convert.convert(value)?)),
        }
    }
}
