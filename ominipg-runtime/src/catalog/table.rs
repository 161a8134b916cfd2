/// A table.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CatalogTable {
    /// Its name.
    pub name: String,
    /// What `COMMENT ON TABLE` said.
    pub comment: Option<String>,
    /// Whether it is made of partitions.
    pub partitioned: bool,
    /// The columns.
    pub columns: Vec<CatalogColumn>,
    /// Keys, checks and foreign keys.
    pub constraints: Vec<CatalogConstraint>,
    /// The indexes that no constraint made.
    pub indexes: Vec<CatalogIndex>,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CatalogColumn {
    /// Its name.
    pub name: String,
    /// Its type as PostgreSQL prints it, such as `character varying(80)`.
    pub ty: String,
    /// The name of its type without length and brackets, as the catalog has it, such as `varchar`.
    pub base: String,
    /// Whether it holds arrays of that type.
    pub is_array: bool,
    /// Whether that type is an enum.
    pub is_enum: bool,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Its default as PostgreSQL prints it; the expression, where it is generated.
    pub default: Option<String>,
    /// Whether it counts itself up.
    pub identity: bool,
    /// Whether it is computed from others.
    pub generated: bool,
    /// What `COMMENT ON COLUMN` said.
    pub comment: Option<String>,
}

/// A constraint.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CatalogConstraint {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ConstraintKind,
    /// The columns, in the constraint's order.
    pub columns: Vec<String>,
    /// What it says, as PostgreSQL prints it.
    pub definition: String,
    /// Where it leads, if it is a foreign key.
    pub foreign: Option<CatalogForeignKey>,
}

/// What a constraint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConstraintKind {
    /// `PRIMARY KEY`
    PrimaryKey,
    /// `UNIQUE`
    Unique,
    /// `CHECK`
    Check,
    /// `FOREIGN KEY`
    ForeignKey,
    /// `EXCLUDE`, or what else there may be.
    Other,
}

/// Where a foreign key leads.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CatalogForeignKey {
    /// The table.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The action on deletes, in SQL; none is `NO ACTION`.
    pub on_delete: Option<String>,
    /// The action on updates, in SQL; none is `NO ACTION`.
    pub on_update: Option<String>,
}

/// An index.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CatalogIndex {
    /// Its name.
    pub name: String,
    /// Its columns; an expression is `None`.
    pub columns: Vec<Option<String>>,
    /// Whether no two rows share its values.
    pub unique: bool,
    /// The method, such as `btree`.
    pub using: String,
    /// Its condition, as PostgreSQL prints it.
    pub filter: Option<String>,
    /// The whole statement, as PostgreSQL prints it.
    pub definition: String,
}

impl CatalogTable {
    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<&CatalogColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns of the primary key; none where there is none.
    pub fn primary_key(&self) -> &[String] {
        let key = self.constraints.iter().find(|found| found.kind == ConstraintKind::PrimaryKey);
        key.map_or(&[], |key| &key.columns)
    }
}
