//! The static description of a schema: plain data that the generator emits and the runtime makes SQL from.

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

/// A relation from one table to another.
#[derive(Debug)]
pub struct RelationDef {
    /// The name, as the generated function has it.
    pub name: &'static str,
    /// Which side holds the key.
    pub kind: RelationKind,
    /// The table it leads to.
    pub target: &'static TableDef,
    /// Positions of the linking columns in this table.
    pub from: &'static [usize],
    /// Positions of the linking columns in the target, in the same order.
    pub to: &'static [usize],
}

/// Which side of a relation holds the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationKind {
    /// This table refers to at most one row of the target.
    BelongsTo,
    /// Any number of rows of the target refer to this table.
    HasMany,
}
