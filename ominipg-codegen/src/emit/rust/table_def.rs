//! The static description of a table.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::prelude::Prelude;
use crate::model::{
    Column, Relation, RelationKind, Scalar, Schema, SyncColumnPolicy, SyncPolicy, Table, Type,
};
use crate::names::ident;

/// How much may be said of a table, and of a column; where all is, there is no rest to take from the default.
const TABLE_PARTS: usize = 6;
const COLUMN_PARTS: usize = 5;

pub(super) fn table_def(schema: &Schema, table: &Table, prelude: Prelude) -> TokenStream {
    let (some, name) = (prelude.some(), &table.name);
    let doc = format!(" The static description of the table `{name}`.");
    let columns = table.columns.iter().map(column);
    let key = positions(&table.primary_key);
    let relations = table.relations.iter().map(|found| relation(schema, table, found, prelude));
    let mut said = Vec::new();
    if !table.relations.is_empty() {
        said.push(quote!(relations: &[#(#relations),*]));
    }
    for (name, column) in
        [("updated_at", table.updated_at), ("deleted_at", table.deleted_at), ("version", table.version)]
    {
        if let Some(column) = column {
            let (name, column) = (ident(name), Literal::usize_unsuffixed(column));
            said.push(quote!(#name: #some(#column)));
        }
    }
    if let Some(search) = &table.search {
        let (language, columns) = (&search.language, positions(&search.columns));
        said.push(quote!(search: #some(rt::SearchDef { language: #language, columns: #columns })));
    }
    if let Some(sync) = sync(table) {
        said.push(quote!(sync: #some(#sync)));
    }
    let rest = (said.len() < TABLE_PARTS).then(|| quote!(..rt::TableDef::DEFAULT));
    quote! {
        #[doc = #doc]
        pub static TABLE: rt::TableDef = rt::TableDef {
            name: #name,
            columns: &[#(#columns),*],
            primary_key: #key,
            #(#said,)*
            #rest
        };
    }
}

fn sync(table: &Table) -> Option<TokenStream> {
    let sync = table.sync.as_ref()?;
    let policy = match sync.policy {
        SyncPolicy::LastWriteWins => quote!(LastWriteWins),
        SyncPolicy::LastWriteWinsPerColumn => quote!(LastWriteWinsPerColumn),
        SyncPolicy::ServerWins => quote!(ServerWins),
        SyncPolicy::Callback => quote!(Callback),
    };
    let columns = sync.columns.iter().map(|(column, policy)| {
        let column = Literal::usize_unsuffixed(*column);
        let policy = match policy {
            SyncColumnPolicy::Counter => quote!(Counter),
            SyncColumnPolicy::Max => quote!(Max),
        };
        quote!((#column, rt::ColumnPolicy::#policy))
    });
    Some(quote!(rt::SyncDef { policy: rt::Policy::#policy, columns: &[#(#columns),*] }))
}

fn column(column: &Column) -> TokenStream {
    let Column { name, property, nullable, read_only, write_only, .. } = column;
    let ty = sql_type(&column.ty);
    let declared = column.declared_type();
    let marks = [
        ("nullable", *nullable),
        ("has_default", column.has_default()),
        ("read_only", *read_only),
        ("write_only", *write_only),
    ];
    let mark = |(name, is_so): (&str, bool)| {
        is_so.then(|| {
            let name = ident(name);
            quote!(#name: true)
        })
    };
    let mut said: Vec<_> = marks.into_iter().filter_map(mark).collect();
    if let Some(found) = column.ty.as_enum() {
        let values = found.variants.iter().map(|variant| &variant.value);
        said.push(quote!(values: &[#(#values),*]));
    }
    let rest = (said.len() < COLUMN_PARTS).then(|| quote!(..rt::ColumnDef::DEFAULT));
    quote! {
        rt::ColumnDef {
            name: #name,
            property: #property,
            ty: #ty,
            sql_type: #declared,
            #(#said,)*
            #rest
        }
    }
}

fn sql_type(ty: &Type) -> TokenStream {
    let variant = match ty {
        Type::Scalar(scalar) => match scalar {
            Scalar::Text => "Text",
            Scalar::Int2 => "Int2",
            Scalar::Int4 => "Int4",
            Scalar::Int8 => "Int8",
            Scalar::Float4 => "Float4",
            Scalar::Float8 => "Float8",
            Scalar::Bool => "Bool",
            Scalar::Uuid => "Uuid",
            Scalar::Timestamptz => "Timestamptz",
            Scalar::Date => "Date",
            Scalar::Time => "Time",
            Scalar::Interval => "Interval",
            Scalar::Bytea => "Bytea",
            Scalar::Inet => "Inet",
            Scalar::Numeric => "Numeric",
        },
        Type::Enum(_) => "Text",
        Type::Json(_) => "Jsonb",
        Type::Array(item) => {
            let item = sql_type(item);
            return quote!(rt::SqlType::Array(&#item));
        }
    };
    let variant = ident(variant);
    quote!(rt::SqlType::#variant)
}

fn relation(schema: &Schema, table: &Table, relation: &Relation, prelude: Prelude) -> TokenStream {
    let (some, none) = (prelude.some(), prelude.none());
    let name = super::relations::function_name(table, relation);
    let kind = match relation.kind {
        RelationKind::BelongsTo | RelationKind::OptionalBelongsTo => quote!(BelongsTo),
        RelationKind::HasMany => quote!(HasMany),
        RelationKind::ManyToMany => quote!(ManyToMany),
    };
    let through = match &relation.through {
        None => quote!(#none),
        Some(through) => {
            let module = ident(&schema.tables[through.table].module);
            let (from, to) = (positions(&through.from), positions(&through.to));
            quote! {
                #some(&rt::ThroughDef { table: &super::#module::TABLE, from: #from, to: #to })
            }
        }
    };
    let target = ident(&schema.tables[relation.target].module);
    let (from, to) = (positions(&relation.from), positions(&relation.to));
    quote! {
        rt::RelationDef {
            name: #name,
            kind: rt::RelationKind::#kind,
            source: &TABLE,
            target: &super::#target::TABLE,
            from: #from,
            to: #to,
            through: #through,
        }
    }
}

fn positions(positions: &[usize]) -> TokenStream {
    let positions = positions.iter().map(|position| Literal::usize_unsuffixed(*position));
    quote!(&[#(#positions),*])
}
