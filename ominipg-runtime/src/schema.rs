//! The static description of a schema: plain data that the generator emits and the runtime makes SQL from.

use tokio_postgres::types::Type;

use crate::sync::{ColumnPolicy, Policy};

/// All tables of one schema folder, and the SQL that creates them.
#[derive(Debug)]
pub struct Schema {
    /// The tables, ordered by name.
    pub tables: &'static [&'static TableDef],
    /// Statements that create every type, table, index and foreign key; each may be run again without effect.
    pub ddl: &'static [&'static str],
}

/// One table.
#[derive(Debug)]
pub struct TableDef {
    /// The SQL name, unquoted.
    pub name: &'static str,
    /// The columns, in the order of the schema's properties.
    pub columns: &'static [ColumnDef],
    /// Positions in `columns` that make the primary key; never empty.
    pub primary_key: &'static [usize],
    /// The relations that start at this table, ordered by name.
    pub relations: &'static [RelationDef],
    /// Position of the column that every update sets to `now()`.
    pub updated_at: Option<usize>,
    /// Position of the column that says when a row was deleted, where deleted rows stay.
    pub deleted_at: Option<usize>,
    /// Position of the column that counts a row's updates.
    pub version: Option<usize>,
    /// What is searched by its words.
    pub search: Option<SearchDef>,
    /// How its changes are sent to a server, where they are.
    pub sync: Option<SyncDef>,
}

impl TableDef {
    /// A table of which nothing is said; generated code names what is.
    pub const DEFAULT: Self = Self {
        name: "",
        columns: &[],
        primary_key: &[],
        relations: &[],
        updated_at: None,
        deleted_at: None,
        version: None,
        search: None,
        sync: None,
    };
}

/// How the changes of a table are sent to a server.
#[derive(Debug)]
pub struct SyncDef {
    /// Who wins where somebody else changed the same row.
    pub policy: Policy,
    /// Positions of the columns that have a rule of their own.
    pub columns: &'static [(usize, ColumnPolicy)],
}

/// Texts that are searched by their words.
#[derive(Debug)]
pub struct SearchDef {
    /// The text search configuration, such as `english`.
    pub language: &'static str,
    /// Positions of the columns.
    pub columns: &'static [usize],
}

/// One column.
#[derive(Debug)]
pub struct ColumnDef {
    /// The SQL name, unquoted.
    pub name: &'static str,
    /// The JSON Schema property that it comes from.
    pub property: &'static str,
    /// The type its values have on the wire.
    pub ty: SqlType,
    /// The declared SQL type, such as `varchar(80)`; equal to `ty.name()` unless the schema asks for another.
    pub sql_type: &'static str,
    /// Whether NULL is allowed.
    pub nullable: bool,
    /// Whether the database fills the column when an insert leaves it out.
    pub has_default: bool,
    /// Whether only the database writes the column.
    pub read_only: bool,
    /// Whether the column is never given to, nor filtered by, the outside (JSON filters refuse it).
    pub write_only: bool,
    /// The values of an enum, else empty.
    pub values: &'static [&'static str],
}

impl ColumnDef {
    /// A column of which nothing is said; generated code names what is.
    pub const DEFAULT: Self = Self {
        name: "",
        property: "",
        ty: SqlType::Text,
        sql_type: "text",
        nullable: false,
        has_default: false,
        read_only: false,
        write_only: false,
        values: &[],
    };
}

/// The type of a value on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlType {
    /// `text`
    Text,
    /// `int2`
    Int2,
    /// `int4`
    Int4,
    /// `int8`
    Int8,
    /// `float4`
    Float4,
    /// `float8`
    Float8,
    /// `bool`
    Bool,
    /// `uuid`
    Uuid,
    /// `timestamptz`
    Timestamptz,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `interval`
    Interval,
    /// `bytea`
    Bytea,
    /// `inet`
    Inet,
    /// `numeric`
    Numeric,
    /// `jsonb`
    Jsonb,
    /// A one-dimensional array.
    Array(&'static SqlType),
}

impl SqlType {
    /// The type's name in SQL, as `text` or `int4[]`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Array(element) => element.array_name(),
            Self::Text => "text",
            Self::Int2 => "int2",
            Self::Int4 => "int4",
            Self::Int8 => "int8",
            Self::Float4 => "float4",
            Self::Float8 => "float8",
            Self::Bool => "bool",
            Self::Uuid => "uuid",
            Self::Timestamptz => "timestamptz",
            Self::Date => "date",
            Self::Time => "time",
            Self::Interval => "interval",
            Self::Bytea => "bytea",
            Self::Inet => "inet",
            Self::Numeric => "numeric",
            Self::Jsonb => "jsonb",
        }
    }

    /// The name of an array of this type.
    pub(crate) const fn array_name(self) -> &'static str {
        match self {
            Self::Array(element) => element.array_name(),
            Self::Text => "text[]",
            Self::Int2 => "int2[]",
            Self::Int4 => "int4[]",
            Self::Int8 => "int8[]",
            Self::Float4 => "float4[]",
            Self::Float8 => "float8[]",
            Self::Bool => "bool[]",
            Self::Uuid => "uuid[]",
            Self::Timestamptz => "timestamptz[]",
            Self::Date => "date[]",
            Self::Time => "time[]",
            Self::Interval => "interval[]",
            Self::Bytea => "bytea[]",
            Self::Inet => "inet[]",
            Self::Numeric => "numeric[]",
            Self::Jsonb => "jsonb[]",
        }
    }

    /// The type as the wire protocol knows it.
    pub(crate) const fn wire(self) -> Type {
        match self {
            Self::Array(element) => element.array_wire(),
            Self::Text => Type::TEXT,
            Self::Int2 => Type::INT2,
            Self::Int4 => Type::INT4,
            Self::Int8 => Type::INT8,
            Self::Float4 => Type::FLOAT4,
            Self::Float8 => Type::FLOAT8,
            Self::Bool => Type::BOOL,
            Self::Uuid => Type::UUID,
            Self::Timestamptz => Type::TIMESTAMPTZ,
            Self::Date => Type::DATE,
            Self::Time => Type::TIME,
            Self::Interval => Type::INTERVAL,
            Self::Bytea => Type::BYTEA,
            Self::Inet => Type::INET,
            Self::Numeric => Type::NUMERIC,
            Self::Jsonb => Type::JSONB,
        }
    }

    /// The wire type of an array of this type; PostgreSQL's arrays of arrays have the same type as the inner one.
    pub(crate) const fn array_wire(self) -> Type {
        match self {
            Self::Array(element) => element.array_wire(),
            Self::Text => Type::TEXT_ARRAY,
            Self::Int2 => Type::INT2_ARRAY,
            Self::Int4 => Type::INT4_ARRAY,
            Self::Int8 => Type::INT8_ARRAY,
            Self::Float4 => Type::FLOAT4_ARRAY,
            Self::Float8 => Type::FLOAT8_ARRAY,
            Self::Bool => Type::BOOL_ARRAY,
            Self::Uuid => Type::UUID_ARRAY,
            Self::Timestamptz => Type::TIMESTAMPTZ_ARRAY,
            Self::Date => Type::DATE_ARRAY,
            Self::Time => Type::TIME_ARRAY,
            Self::Interval => Type::INTERVAL_ARRAY,
            Self::Bytea => Type::BYTEA_ARRAY,
            Self::Inet => Type::INET_ARRAY,
            Self::Numeric => Type::NUMERIC_ARRAY,
            Self::Jsonb => Type::JSONB_ARRAY,
        }
    }

    /// The element type of an array, else the type itself.
    pub(crate) const fn element(self) -> SqlType {
        match self {
            Self::Array(element) => *element,
            other => other,
        }
    }
}

/// A relation from one table to another.
#[derive(Debug)]
pub struct RelationDef {
    /// The name, as the generated function has it.
    pub name: &'static str,
    /// Which side holds the key.
    pub kind: RelationKind,
    /// The table it starts from.
    pub source: &'static TableDef,
    /// The table it leads to.
    pub target: &'static TableDef,
    /// Positions of the linking columns in this table.
    pub from: &'static [usize],
    /// Positions of the linking columns in the target, in the same order unless there is a table between.
    pub to: &'static [usize],
    /// The table between, where there is one.
    pub through: Option<&'static ThroughDef>,
}

/// The table between two that are related many to many.
#[derive(Debug)]
pub struct ThroughDef {
    /// The table.
    pub table: &'static TableDef,
    /// Positions in it of the columns that refer to the relation's `from`, in the same order.
    pub from: &'static [usize],
    /// Positions in it of the columns that refer to the relation's `to`, in the same order.
    pub to: &'static [usize],
}

/// Which side of a relation holds the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationKind {
    /// This table refers to at most one row of the target.
    BelongsTo,
    /// Any number of rows of the target refer to this table.
    HasMany,
    /// Rows of a table between refer to both.
    ManyToMany,
}
