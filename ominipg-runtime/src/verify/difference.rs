use std::fmt;

/// One thing in which a database is not what its schema says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// What is different.
    pub kind: DifferenceKind,
    /// The table; the type, where an enum is different.
    pub table: String,
    /// The column, constraint or index; none where it is the table itself.
    pub name: Option<String>,
    /// What the schema says; none where it has nothing of this name.
    pub expected: Option<String>,
    /// What the database has; none where it is missing.
    pub found: Option<String>,
}

/// What is different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DifferenceKind {
    /// A table is missing.
    Table,
    /// A column is missing, or there is one that the schema does not know.
    ColumnSet,
    /// A column is of another type.
    Type,
    /// A column may be NULL, or may not be.
    Nullability,
    /// A column has another default.
    Default,
    /// A column counts itself up, or does not.
    Identity,
    /// The primary key.
    PrimaryKey,
    /// A unique constraint or index.
    Unique,
    /// A foreign key.
    ForeignKey,
    /// A check.
    Check,
    /// An index is missing, or is another.
    Index,
    /// The values of an enum.
    Enum,
}

impl DifferenceKind {
    fn noun(self) -> &'static str {
        match self {
            Self::Table => "the table",
            Self::ColumnSet => "the column",
            Self::Type => "the type",
            Self::Nullability => "whether it may be NULL",
            Self::Default => "the default",
            Self::Identity => "whether it counts itself up",
            Self::PrimaryKey => "the primary key",
            Self::Unique => "the unique key",
            Self::ForeignKey => "the foreign key",
            Self::Check => "the check",
            Self::Index => "the index",
            Self::Enum => "the enum",
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.table)?;
        if let Some(name) = &self.name {
            write!(f, ".{name}")?;
        }
        let noun = self.kind.noun();
        match (&self.expected, &self.found) {
            (Some(expected), Some(found)) => write!(f, ": {noun} is `{found}`, the schema says `{expected}`"),
            (Some(expected), None) => write!(f, ": {noun} is missing, the schema says `{expected}`"),
            (None, Some(found)) => write!(f, ": {noun} `{found}` is not in the schema"),
            (None, None) => write!(f, ": {noun} is missing"),
        }
    }
}

/// All differences, as the source of an error.
#[derive(Debug)]
pub(super) struct Differences(pub(super) Vec<Difference>);

impl std::error::Error for Differences {}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, difference) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "  {difference}")?;
        }
        Ok(())
    }
}

/// The differences that an error tells.
pub(crate) fn differences_of(error: &crate::error::Error) -> &[Difference] {
    let found = error.underlying().and_then(|source| source.downcast_ref::<Differences>());
    found.map_or(&[], |found| &found.0)
}
