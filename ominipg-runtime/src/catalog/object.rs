use super::table::CatalogTable;

/// What is in the schema that comes first in `search_path`; everything is ordered by name, but columns as they are in the table.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Catalog {
    /// The tables.
    pub tables: Vec<CatalogTable>,
    /// The types that are enums.
    pub enums: Vec<CatalogEnum>,
    /// Views and the like.
    pub others: Vec<OtherObject>,
}

/// An enum type.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CatalogEnum {
    /// Its name.
    pub name: String,
    /// Its values, in their order.
    pub values: Vec<String>,
}

/// Something else that holds rows.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct OtherObject {
    /// What it is, such as `view`.
    pub kind: String,
    /// Its name.
    pub name: String,
}

impl Catalog {
    /// The table of a name.
    pub fn table(&self, name: &str) -> Option<&CatalogTable> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The enum of a name.
    pub fn enum_type(&self, name: &str) -> Option<&CatalogEnum> {
        self.enums.iter().find(|found| found.name == name)
    }
}
