//! The module of a table.

use proc_macro2::TokenStream;
use quote::quote;

use super::encode::{self, Stand};
use super::field::fields;
use super::json_types::json_types;
use super::prelude::Prelude;
use super::{
    Settings, column_fns, constraints, decode, entry_points, enums, key, new, patch, record, relations, row,
    rules, table_def,
};
use crate::model::Schema;
use crate::names::ident;
use crate::shape::Shape;

pub(super) fn module(schema: &Schema, shape: &Shape, index: usize, settings: &Settings) -> TokenStream {
    let table = &schema.tables[index];
    let settings = settings.of_table(table);
    let module = with(schema, shape, index, &settings);
    if !Prelude::is_shadowed(&module) {
        return module;
    }
    with(schema, shape, index, &Settings { prelude: Prelude::Long, ..settings })
}

fn with(schema: &Schema, shape: &Shape, index: usize, settings: &Settings) -> TokenStream {
    let table = &schema.tables[index];
    let rt = settings.support();
    let json = json_types(table, settings).expect("JSON columns are checked before code is made");
    let fields = &fields(table, &json, settings.prelude);
    let row_record = if settings.derives_serde {
        encode::encode(&table.row, fields.iter(), Stand::in_row, settings.prelude)
    } else {
        let record =
            record::record(table, &table.row, "All", false, fields.iter(), Stand::in_row, settings.prelude);
        let (row, new, patch) = (ident(&table.row), ident(&table.new_type()), ident(&table.patch_type()));
        quote!(rt::records!(#row, #new, #patch); #record)
    };
    let parts = [
        quote!(use #rt as rt;),
        table_def::table_def(schema, table, settings.prelude),
        row::row(table, fields, settings),
        decode::model(table, fields, settings),
        row_record,
        rules::validate(&table.row, fields.iter(), Stand::in_row, settings.prelude),
        key::key(table, fields, settings),
        new::new(table, fields, settings),
        patch::patch(table, fields, settings),
        enums::enums(table, settings),
        json.items().clone(),
        constraints::constraints(table, &shape.tables[index]),
        entry_points::entry_points(table),
        column_fns::column_fns(table, fields, settings.prelude),
        relations::relations(schema, table),
        rules::module(table, settings),
    ];
    // Moved together: `quote!` would copy every token once more.
    parts.into_iter().collect()
}
