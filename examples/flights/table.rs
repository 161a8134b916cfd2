//! Answers as tables on the terminal.

use std::fmt::Display;

use comfy_table::{Table, presets};

/// A question and the table that answers it.
pub struct Answer(Table);

impl Answer {
    /// Prints the question; the rows follow.
    pub fn to(question: &str, columns: &[&str]) -> Self {
        println!("\n{question}");
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_header(columns.iter().copied());
        Self(table)
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [&dyn Display; N]) {
        self.0.add_row(cells.map(ToString::to_string));
    }

    /// Prints the rows.
    pub fn print(self) {
        println!("{}", self.0);
    }
}

/// A value, or a dash where there is none.
pub fn or_dash<T: Display>(value: Option<T>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}
