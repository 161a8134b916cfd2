//! Pictures of a schema: its tables, and what leads from one to another.

mod entity;
mod layout;
mod mermaid;
mod svg;
mod text;

pub use entity::DiagramFormat;

use crate::build::Build;
use crate::diagnostic::Error;
use entity::entities;

impl Build {
    /// An entity-relationship diagram of the tables.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the schemas.
    pub fn diagram(&self, format: DiagramFormat) -> Result<String, Error> {
        let schema = self.checked().map_err(|(error, _)| error)?.schema;
        let diagram = entities(&schema);
        Ok(match format {
            DiagramFormat::Mermaid => mermaid::print(&diagram),
            DiagramFormat::Svg => svg::print(&diagram),
        })
    }
}
