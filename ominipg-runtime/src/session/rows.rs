use tokio_postgres::Row;

/// Takes the rows of a statement as they come, so that each is read while it is at hand, and its memory serves the next.
pub(crate) trait Rows: Send {
    /// A statement begins to answer, maybe for a second time: what came before does not count.
    fn begin(&mut self);
    /// The next row.
    fn take(&mut self, row: Row);
}

impl Rows for Vec<Row> {
    fn begin(&mut self) {
        self.clear();
    }

    fn take(&mut self, row: Row) {
        self.push(row);
    }
}
