//! The stable codes of all findings.

use super::Severity;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal $severity:ident,)+) => {
        /// The stable code of a finding, such as `OMI010`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];

            /// The code as text.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)+ }
            }

            /// How bad it is.
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)+ }
            }

            /// What it means, with an example that is wrong and one that is right, in Markdown.
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("explain/", $id, ".md")),)+ }
            }
        }
    };
}

codes! {
    /// A file or folder cannot be read.
    Unreadable = "OMI001" Error,
    /// A folder holds no schemas.
    NoSchemas = "OMI002" Error,
    /// A file is not JSON.
    NotJson = "OMI003" Error,
    /// An object has a key twice.
    RepeatedKey = "OMI004" Error,
    /// A file is not a JSON Schema.
    NotSchema = "OMI005" Error,
    /// `x-ominipg` is not as its meta-schema says.
    BadExtension = "OMI006" Error,
    /// `$schema` names a dialect that is not understood.
    UnknownDialect = "OMI007" Error,
    /// A file describes no table.
    NotTable = "OMI008" Error,
    /// A table has no primary key.
    NoKey = "OMI010" Error,
    /// A name leads to no property of the table.
    UnknownProperty = "OMI011" Error,
    /// A key column can be NULL, or is of a type that cannot be a key.
    BadKey = "OMI012" Error,
    /// Two tables have the same name.
    SameTable = "OMI013" Error,
    /// Two columns of a table have the same name.
    SameColumn = "OMI014" Error,
    /// Two generated Rust items would have the same name.
    SameRustName = "OMI015" Error,
    /// A name cannot be used in PostgreSQL or in Rust.
    BadName = "OMI016" Error,
    /// A `$ref` leads nowhere.
    DeadRef = "OMI020" Error,
    /// A `$ref` leads to the network.
    RemoteRef = "OMI021" Error,
    /// `$ref`s lead in a circle.
    CircularRef = "OMI022" Error,
    /// A foreign key leads to a column that is not unique.
    ForeignKeyTarget = "OMI023" Error,
    /// A foreign key's two ends have different types.
    ForeignKeyType = "OMI024" Error,
    /// A table that is referred to does not exist.
    UnknownTable = "OMI025" Error,
    /// A relation has no key, or more than one, to go by.
    UnclearRelation = "OMI026" Error,
    /// A relation through a table between has no such table, or none that is clear, or no keys in it to go by.
    ManyToMany = "OMI027" Error,
    /// A reference to a whole table that is not `readOnly`.
    RelationNotReadOnly = "OMI028" Error,
    /// A keyword of a table is not enforced.
    Unenforced = "OMI030" Warning,
    /// A keyword has no effect on a value of this type.
    NoEffect = "OMI031" Warning,
    /// A keyword is not known.
    UnknownKeyword = "OMI032" Warning,
    /// A format is not known.
    UnknownFormat = "OMI033" Warning,
    /// A default that the column's own schema refuses.
    BadDefault = "OMI034" Error,
    /// A pattern is not a regular expression.
    BadPattern = "OMI035" Error,
    /// No value can satisfy the schema.
    Impossible = "OMI036" Error,
    /// A column that only the database writes, but for which it has no value.
    NeverWritten = "OMI037" Error,
    /// A column is both `readOnly` and `writeOnly`.
    ReadAndWriteOnly = "OMI038" Error,
    /// A timestamp or version column is of another type.
    BadTimestamp = "OMI039" Error,
    /// No Rust type can be made of a JSON column's schema.
    NoRustType = "OMI040" Error,
    /// A Rust type path cannot be used.
    BadRustType = "OMI041" Error,
    /// A native enum is declared with different values in two places.
    EnumMismatch = "OMI043" Error,
    /// A setting of the generator is wrong.
    BadSetting = "OMI050" Error,
    /// The output cannot be written.
    Unwritable = "OMI051" Error,
    /// A file that was not generated stands where output belongs.
    ForeignFile = "OMI052" Error,
    /// The committed output is not what the schemas give.
    Stale = "OMI053" Error,
    /// A `$dynamicRef` leads to several places.
    DynamicRef = "OMI060" Error,
    /// A keyword beside a `$ref`, where draft-07 passes over it.
    BesideRef = "OMI061" Warning,
    /// A keyword that draft-07 does not know.
    LaterDraft = "OMI062" Warning,
    /// A JSON column whose schema allows any JSON, though it describes an object or an array.
    Untyped = "OMI063" Warning,
    /// A derive or an attribute of `x-ominipg` is not Rust.
    BadAttribute = "OMI070" Error,
    /// An index is of a kind that its columns have no order for.
    BadIndex = "OMI080" Error,
    /// A table cannot be spread over servers as the schema asks.
    BadDistribution = "OMI081" Error,
    /// `was` names something that is still there, or that two come from.
    BadWas = "OMI082" Error,
    /// A migration would delete data.
    Destructive = "OMI083" Error,
    /// A change that no migration makes by itself.
    NoMigration = "OMI084" Error,
    /// A folder of migrations is not in order.
    BadMigrations = "OMI085" Error,
}

impl Code {
    /// Whether a file with such an error is left out of the model.
    pub(crate) fn breaks_file(self) -> bool {
        use Code::{BadExtension, NotJson, NotSchema, NotTable, RepeatedKey, UnknownDialect};
        matches!(self, NotJson | RepeatedKey | NotSchema | BadExtension | UnknownDialect | NotTable)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.id())
    }
}
