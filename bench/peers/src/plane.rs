//! The rows that are written and read.

use tokio_postgres::types::ToSql;

use crate::db::{NewPlane, PlaneEngine, PlaneType};

/// A parameter of a statement.
pub type Param<'a> = &'a (dyn ToSql + Sync);

/// The key of the plane with that number.
pub fn key(number: usize) -> String {
    format!("N{number:05}")
}

/// The plane with that number.
pub fn plane(number: usize) -> NewPlane {
    NewPlane {
        tailnum: key(number),
        year: (!number.is_multiple_of(50)).then_some(1960 + (number % 54) as i16),
        r#type: PlaneType::FixedWingMultiEngine,
        manufacturer: ["BOEING", "AIRBUS INDUSTRIE", "EMBRAER"][number % 3].to_owned(),
        model: format!("737-{}", number % 400),
        engines: 2,
        seats: 55 + (number % 300) as i16,
        speed: number.is_multiple_of(140).then_some(432),
        engine: [PlaneEngine::TurboFan, PlaneEngine::TurboJet][number % 2],
    }
}

/// The parameters of a plane's insert.
pub fn params(plane: &NewPlane) -> [Param<'_>; 9] {
    [
        &plane.tailnum,
        &plane.year,
        &plane.r#type,
        &plane.manufacturer,
        &plane.model,
        &plane.engines,
        &plane.seats,
        &plane.speed,
        &plane.engine,
    ]
}

/// Many planes, as one array a column.
pub struct Columns<'a> {
    tailnum: Vec<&'a str>,
    year: Vec<Option<i16>>,
    r#type: Vec<&'a str>,
    manufacturer: Vec<&'a str>,
    model: Vec<&'a str>,
    engines: Vec<i16>,
    seats: Vec<i16>,
    speed: Vec<Option<i16>>,
    engine: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    /// The columns of `planes`.
    pub fn of(planes: &'a [NewPlane]) -> Self {
        Self {
            tailnum: planes.iter().map(|plane| plane.tailnum.as_str()).collect(),
            year: planes.iter().map(|plane| plane.year).collect(),
            r#type: planes.iter().map(|plane| plane.r#type.as_str()).collect(),
            manufacturer: planes.iter().map(|plane| plane.manufacturer.as_str()).collect(),
            model: planes.iter().map(|plane| plane.model.as_str()).collect(),
            engines: planes.iter().map(|plane| plane.engines).collect(),
            seats: planes.iter().map(|plane| plane.seats).collect(),
            speed: planes.iter().map(|plane| plane.speed).collect(),
            engine: planes.iter().map(|plane| plane.engine.as_str()).collect(),
        }
    }

    /// The parameters of their insert.
    pub fn params(&self) -> [Param<'_>; 9] {
        [
            &self.tailnum,
            &self.year,
            &self.r#type,
            &self.manufacturer,
            &self.model,
            &self.engines,
            &self.seats,
            &self.speed,
            &self.engine,
        ]
    }
}
