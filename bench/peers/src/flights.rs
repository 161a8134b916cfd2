//! The flights that are copied.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

use flate2::read::GzDecoder;

use crate::Result;
use crate::db::NewFlight;

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

    /// The same as typed rows.
    pub fn typed(&self) -> Result<Vec<NewFlight>> {
        std::str::from_utf8(&self.data)?.lines().map(flight).collect()
    }
}

fn flight(line: &str) -> Result<NewFlight> {
    let mut fields = line.split(',');
    let mut row = || fields.next().ok_or("a line is too short");
    Ok(NewFlight {
        year: row()?.parse()?,
        month: row()?.parse()?,
        day: row()?.parse()?,
        dep_time: there(row()?)?,
        sched_dep_time: row()?.parse()?,
        dep_delay: there(row()?)?,
        arr_time: there(row()?)?,
        sched_arr_time: row()?.parse()?,
        arr_delay: there(row()?)?,
        carrier: row()?.to_owned(),
        flight: row()?.parse()?,
        tailnum: there(row()?)?,
        origin: row()?.to_owned(),
        dest: row()?.to_owned(),
        air_time: there(row()?)?,
        distance: row()?.parse()?,
        hour: row()?.parse()?,
        minute: row()?.parse()?,
        time_hour: row()?.parse()?,
    })
}

fn there<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(text: &str) -> Result<Option<T>> {
    if text == "NA" { Ok(None) } else { Ok(Some(text.parse()?)) }
}
