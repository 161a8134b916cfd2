//! What a column holds.

/// The type of a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Type {
    Scalar(Scalar),
    Enum(Enum),
    /// A one-dimensional array of scalars or enums.
    Array(Box<Type>),
    /// Anything else; the schema is in dialect 2020-12 with every `$ref` inside it, or `None` where anything goes.
    Json(Option<serde_json::Value>),
}

/// A type that PostgreSQL and Rust both have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    Text,
    Int2,
    Int4,
    Int8,
    Float4,
    Float8,
    Bool,
    Uuid,
    Timestamptz,
    Date,
    Time,
    Interval,
    Bytea,
    Inet,
    Numeric,
}

/// A closed set of texts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Enum {
    /// The Rust type.
    pub(crate) name: String,
    pub(crate) variants: Vec<Variant>,
    /// The native PostgreSQL type, where the schema asks for one.
    pub(crate) native: Option<String>,
}

/// One value of an enum.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl Scalar {
    pub(crate) fn sql(self) -> &'static str {
        match self {
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
        }
    }

    pub(crate) fn is_integer(self) -> bool {
        matches!(self, Self::Int2 | Self::Int4 | Self::Int8)
    }

    pub(crate) fn is_float(self) -> bool {
        matches!(self, Self::Float4 | Self::Float8)
    }
}

impl Type {
    /// The SQL type that values have on the wire.
    pub(crate) fn sql(&self) -> String {
        match self {
            Self::Scalar(scalar) => scalar.sql().to_owned(),
            Self::Enum(_) => "text".to_owned(),
            Self::Array(item) => format!("{}[]", item.sql()),
            Self::Json(_) => "jsonb".to_owned(),
        }
    }

    /// The enum in the column, or in its array.
    pub(crate) fn as_enum(&self) -> Option<&Enum> {
        match self {
            Self::Enum(found) => Some(found),
            Self::Array(item) => item.as_enum(),
            _ => None,
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        matches!(self, Self::Json(_))
    }

    /// Whether values can be keys of a Rust map.
    pub(crate) fn is_hashable(&self) -> bool {
        match self {
            Self::Scalar(scalar) => !scalar.is_float() && *scalar != Scalar::Interval,
            Self::Enum(_) => true,
            Self::Array(item) => item.is_hashable(),
            Self::Json(_) => false,
        }
    }
}
