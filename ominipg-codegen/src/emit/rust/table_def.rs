//! The static description of a table.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::model::{
    Column, Relation, RelationKind, Scalar, Schema, SyncColumnPolicy, SyncPolicy, Table, Type,
};
use crate::names::ident;

pub(super) fn table_def(schema: &Schema, table: &Table) -> TokenStream {
    let name = &table.name;
    let doc = format!(" The static description of the table `{name}`.");
    let columns = table.columns.iter().map(column);
    let key = positions(&table.primary_key);
    let relations = table.relations.iter().map(|found| relation(schema, table, found));
    let kept = |column: Option<usize>| match column {
        Some(column) => {
            let column = Literal::usize_unsuffixed(column);
            quote!(::core::option::Option::Some(#column))
        }
        None => quote!(::core::option::Option::None),
    };
    let (updated_at, deleted_at, version) =
        (kept(table.updated_at), kept(table.deleted_at), kept(table.version));
    let search = match &table.search {
        Some(search) => {
            let (language, columns) = (&search.language, positions(&search.columns));
            quote!(::core::option::Option::Some(rt::SearchDef { language: #language, columns: #columns }))
        }
        None => quote!(::core::option::Option::None),
    };
    let sync = sync(table);
    quote! {
        #[doc = #doc]
        pub static TABLE: rt::TableDef = rt::TableDef {
            name: #name,
            columns: &[#(#columns),*],
            primary_key: #key,
            relations: &[#(#relations),*],
            updated_at: #updated_at,
            deleted_at: #deleted_at,
            version: #version,
            search: #search,
            sync: #sync,
        };
    }
}

fn sync(table: &Table) -> TokenStream {
    let Some(sync) = &table.sync else { return quote!(::core::option::Option::None) };
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
    quote! {
        ::core::option::Option::Some(rt::SyncDef { policy: rt::Policy::#policy, columns: &[#(#columns),*] })
    }
}

fn column(column: &Column) -> TokenStream {
    let Column { name, property, nullable, read_only, write_only, .. } = column;
    let ty = sql_type(&column.ty);
    let declared = column.declared_type();
    let has_default = column.has_default();
    let values =
        column.ty.as_enum().into_iter().flat_map(|found| found.variants.iter().map(|variant| &variant.value));
    quote! {
        rt::ColumnDef {
            name: #name,
            property: #property,
            ty: #ty,
            sql_type: #declared,
            nullable: #nullable,
            has_default: #has_default,
            read_only: #read_only,
            write_only: #write_only,
            values: &[#(#values),*],
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

fn relation(schema: &Schema, table: &Table, relation: &Relation) -> TokenStream {
    let name = super::relations::function_name(table, relation);
    let kind = match relation.kind {
        RelationKind::BelongsTo | RelationKind::OptionalBelongsTo => quote!(BelongsTo),
        RelationKind::HasMany => quote!(HasMany),
        RelationKind::ManyToMany => quote!(ManyToMany),
    };
    let through = match &relation.through {
        None => quote!(::core::option::Option::None),
        Some(through) => {
            let module = ident(&schema.tables[through.table].module);
            let (from, to) = (positions(&through.from), positions(&through.to));
            quote! {
                ::core::option::Option::Some(&rt::ThroughDef { table: &super::#module::TABLE, from: #from, to: #to })
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
