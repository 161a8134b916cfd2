//! Loading: each file is read, and its rows are created in batches.

use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use ominipg::Ominipg;

use crate::Result;
use crate::csv::{self, Fields};
use crate::db::{
    NewAirline, NewAirport, NewFlight, NewPlane, NewWeather, airlines, airports, flights, planes, weather,
};

/// Rows in one statement.
const BATCH: usize = 10_000;

/// Loads the five tables; what refers to another table comes after it.
pub async fn all(db: &Ominipg, folder: &Path) -> Result<()> {
    load(folder, "airlines", airline, async |rows| Ok(airlines::create_many(rows).execute(db).await?))
        .await?;
    load(folder, "airports", airport, async |rows| Ok(airports::create_many(rows).execute(db).await?))
        .await?;
    load(folder, "planes", plane, async |rows| Ok(planes::create_many(rows).execute(db).await?)).await?;
    load(folder, "weather", hour, async |rows| Ok(weather::create_many(rows).execute(db).await?)).await?;
    load(folder, "flights", flight, async |rows| Ok(flights::create_many(rows).execute(db).await?)).await?;
    Ok(())
}

async fn load<T: Clone>(
    folder: &Path,
    name: &str,
    make: fn(&mut Fields<'_>) -> Result<T>,
    insert: impl AsyncFn(Vec<T>) -> Result<u64>,
) -> Result<()> {
    let rows = csv::rows(&folder.join(format!("{name}.csv.gz")), make)?;
    let style = ProgressStyle::with_template("{prefix:>9} {bar:40} {human_pos}/{human_len} {per_sec}")?;
    let bar = ProgressBar::new(rows.len() as u64).with_style(style).with_prefix(name.to_owned());
    bar.enable_steady_tick(Duration::from_millis(100));
    let start = Instant::now();
    let mut created = 0;
    for batch in rows.chunks(BATCH) {
        created += insert(batch.to_vec()).await?;
        bar.set_position(created);
    }
    bar.finish_and_clear();
    let seconds = start.elapsed().as_secs_f64();
    let rate = HumanCount((created as f64 / seconds) as u64);
    println!("{name:>9}: {} rows in {seconds:.2} s, {rate} rows a second", HumanCount(created));
    Ok(())
}

fn airline(row: &mut Fields<'_>) -> Result<NewAirline> {
    Ok(NewAirline { carrier: row.take()?, name: row.take()? })
}

fn airport(row: &mut Fields<'_>) -> Result<NewAirport> {
    Ok(NewAirport {
        faa: row.take()?,
        name: row.take()?,
        lat: row.take()?,
        lon: row.take()?,
        alt: row.take()?,
        tz: row.take()?,
        dst: row.take()?,
        tzone: row.take_or_missing()?,
    })
}

fn plane(row: &mut Fields<'_>) -> Result<NewPlane> {
    Ok(NewPlane {
        tailnum: row.take()?,
        year: row.take_or_missing()?,
        r#type: row.take()?,
        manufacturer: row.take()?,
        model: row.take()?,
        engines: row.take()?,
        seats: row.take()?,
        speed: row.take_or_missing()?,
        engine: row.take()?,
    })
}

fn hour(row: &mut Fields<'_>) -> Result<NewWeather> {
    Ok(NewWeather {
        origin: row.take()?,
        year: row.take()?,
        month: row.take()?,
        day: row.take()?,
        hour: row.take()?,
        temp: row.take_or_missing()?,
        dewp: row.take_or_missing()?,
        humid: row.take_or_missing()?,
        wind_dir: row.take_or_missing()?,
        wind_speed: row.take_or_missing()?,
        wind_gust: row.take_or_missing()?,
        precip: row.take()?,
        pressure: row.take_or_missing()?,
        visib: row.take()?,
        time_hour: row.take()?,
    })
}

fn flight(row: &mut Fields<'_>) -> Result<NewFlight> {
    Ok(NewFlight {
        year: row.take()?,
        month: row.take()?,
        day: row.take()?,
        dep_time: row.take_or_missing()?,
        sched_dep_time: row.take()?,
        dep_delay: row.take_or_missing()?,
        arr_time: row.take_or_missing()?,
        sched_arr_time: row.take()?,
        arr_delay: row.take_or_missing()?,
        carrier: row.take()?,
        flight: row.take()?,
        tailnum: row.take_or_missing()?,
        origin: row.take()?,
        dest: row.take()?,
        air_time: row.take_or_missing()?,
        distance: row.take()?,
        hour: row.take()?,
        minute: row.take()?,
        time_hour: row.take()?,
    })
}
