//! The flights that are copied.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;

use crate::Result;

/// The sample that the repository has.
pub const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/flights/data");

/// A file of comma-separated values, and the statement that copies it.
pub struct Flights {
    /// Its lines, without the first.
    pub data: Vec<u8>,
    /// How many there are.
    pub rows: usize,
    /// `COPY flights (…) FROM STDIN …`
    pub copy: String,
}

impl Flights {
    /// Reads `flights.csv.gz` in a folder.
    pub fn read(folder: &Path) -> Result<Self> {
        let file = folder.join("flights.csv.gz");
        let failed = |error| format!("{}: {error}", file.display());
        let mut data = Vec::new();
        GzDecoder::new(File::open(&file).map_err(failed)?).read_to_end(&mut data).map_err(failed)?;
        let end = data.iter().position(|&byte| byte == b'\n').ok_or("the flights have no heading")?;
        let heading: Vec<u8> = data.drain(..=end).collect();
        let columns = std::str::from_utf8(&heading)?.trim().replace(',', "\", \"");
        let copy = format!("COPY flights (\"{columns}\") FROM STDIN (FORMAT csv, NULL 'NA')");
        let rows = data.iter().filter(|&&byte| byte == b'\n').count();
        Ok(Self { data, rows, copy })
    }
}
