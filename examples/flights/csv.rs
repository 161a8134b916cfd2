//! Rows of a compressed CSV file, whose missing values are spelled `NA`.

use std::fs::File;
use std::path::Path;
use std::str::FromStr;

use csv::StringRecord;
use flate2::read::GzDecoder;

use crate::Result;

/// One row; fields are taken from the left.
pub struct Fields<'a> {
    record: &'a StringRecord,
    next: usize,
}

impl Fields<'_> {
    /// The next value.
    pub fn take<T: FromStr<Err: std::fmt::Display>>(&mut self) -> Result<T> {
        self.take_or_missing()?.ok_or_else(|| self.error("a value is missing"))
    }

    /// The next value, or nothing for `NA`.
    pub fn take_or_missing<T: FromStr<Err: std::fmt::Display>>(&mut self) -> Result<Option<T>> {
        let text = self.record.get(self.next).ok_or_else(|| self.error("the row is too short"))?;
        self.next += 1;
        if text == "NA" {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|error| self.error(&format!("{text:?}: {error}")))
    }

    fn error(&self, what: &str) -> Box<dyn std::error::Error> {
        let line = self.record.position().map_or(0, csv::Position::line);
        format!("line {line}, field {}: {what}", self.next).into()
    }
}

/// Reads the rows of `file`, each made by `make`.
pub fn rows<T>(file: &Path, make: impl Fn(&mut Fields<'_>) -> Result<T>) -> Result<Vec<T>> {
    let failed = |error: Box<dyn std::error::Error>| format!("{}: {error}", file.display());
    let open = File::open(file).map_err(|error| failed(error.into()))?;
    let mut reader = csv::Reader::from_reader(GzDecoder::new(open));
    let mut record = StringRecord::new();
    let mut rows = Vec::new();
    while reader.read_record(&mut record).map_err(|error| failed(error.into()))? {
        rows.push(make(&mut Fields { record: &record, next: 0 }).map_err(failed)?);
    }
    Ok(rows)
}
