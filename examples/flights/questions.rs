//! Ten questions: typed queries where rows answer them, SQL where they need aggregates.

use ominipg::Ominipg;

use crate::Result;
use crate::db::{flights, weather};
use crate::table::{Answer, or_dash};

/// Asks them all.
pub async fn all(db: &Ominipg) -> Result<()> {
    totals(db).await?;
    busiest_carriers(db).await?;
    busiest_destinations(db).await?;
    cancelled_by_month(db).await?;
    worst_delays(db).await?;
    punctuality(db).await?;
    delay_by_hour(db).await?;
    most_used_planes(db).await?;
    strongest_gusts(db).await?;
    unknown_destinations(db).await
}

async fn totals(db: &Ominipg) -> Result<()> {
    let all = flights::find().count(db).await?;
    let cancelled = flights::find().filter(flights::dep_delay().is_null()).count(db).await?;
    let late = flights::find().filter(flights::dep_delay().gt(120)).count(db).await?;
    let delays: i64 = db.query_one("SELECT sum(dep_delay) FROM flights", &[]).await?.get(0);
    let mut answer = Answer::to(
        "1. How many flights were there, how many were cancelled, how many left over two hours late?",
        &["flights", "cancelled", "over two hours late", "sum of departure delays, min"],
    );
    answer.row([&all, &cancelled, &late, &delays]);
    answer.print();
    Ok(())
}

async fn busiest_carriers(db: &Ominipg) -> Result<()> {
    let rows = db
        .query(
            "SELECT a.name, count(*), sum(f.distance) / count(*) FROM flights f JOIN airlines a USING (carrier) \
             GROUP BY a.name ORDER BY count(*) DESC LIMIT 5",
            &[],
        )
        .await?;
    let mut answer =
        Answer::to("2. Which carriers fly most?", &["airline", "flights", "mean distance, miles"]);
    for row in rows {
        answer.row([&row.get::<_, String>(0), &row.get::<_, i64>(1), &row.get::<_, i64>(2)]);
    }
    answer.print();
    Ok(())
}

async fn busiest_destinations(db: &Ominipg) -> Result<()> {
    let rows = db
        .query(
            "SELECT f.dest, a.name, count(*) FROM flights f LEFT JOIN airports a ON a.faa = f.dest \
             GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 5",
            &[],
        )
        .await?;
    let mut answer = Answer::to("3. Where do most flights go?", &["to", "airport", "flights"]);
    for row in rows {
        answer.row([
            &row.get::<_, String>(0),
            &or_dash(row.get::<_, Option<String>>(1)),
            &row.get::<_, i64>(2),
        ]);
    }
    answer.print();
    Ok(())
}

async fn cancelled_by_month(db: &Ominipg) -> Result<()> {
    let mut answer = Answer::to(
        "4. How many flights are cancelled in each month?",
        &["month", "flights", "cancelled", "per cent"],
    );
    for month in 1..=12 {
        let in_month = flights::find().filter(flights::month().eq(month));
        let all = in_month.clone().count(db).await?;
        let cancelled = in_month.filter(flights::dep_time().is_null()).count(db).await?;
        answer.row([
            &month,
            &all,
            &cancelled,
            &format!("{:.1}", 100.0 * cancelled as f64 / all.max(1) as f64),
        ]);
    }
    answer.print();
    Ok(())
}

async fn worst_delays(db: &Ominipg) -> Result<()> {
    let worst = flights::find()
        .filter(flights::dep_delay().is_not_null())
        .order_by((flights::dep_delay().desc(), flights::time_hour().asc()))
        .limit(5)
        .with((flights::airline(), flights::plane()))
        .all(db)
        .await?;
    let mut answer = Answer::to(
        "5. What were the worst delays, of which airline and plane?",
        &["date", "from", "to", "late, min", "airline", "plane"],
    );
    for (flight, airline, plane) in worst {
        let date = format!("{}-{:02}-{:02}", flight.year, flight.month, flight.day);
        let plane = plane.map(|plane| format!("{} {}", plane.manufacturer, plane.model));
        let delay = or_dash(flight.dep_delay);
        let airline = or_dash(airline.map(|airline| airline.name));
        answer.row([&date, &flight.origin, &flight.dest, &delay, &airline, &or_dash(plane)]);
    }
    answer.print();
    Ok(())
}

async fn punctuality(db: &Ominipg) -> Result<()> {
    let rows = db
        .query(
            "SELECT a.name, count(*), 100.0::float8 * count(*) FILTER (WHERE f.arr_delay <= 15) / count(*) \
             FROM flights f JOIN airlines a USING (carrier) WHERE f.arr_delay IS NOT NULL \
             GROUP BY a.name HAVING count(*) >= 100 ORDER BY 3 DESC LIMIT 5",
            &[],
        )
        .await?;
    let mut answer = Answer::to(
        "6. Whose flights arrive at most a quarter of an hour late?",
        &["airline", "arrivals", "in time, per cent"],
    );
    for row in rows {
        answer.row([
            &row.get::<_, String>(0),
            &row.get::<_, i64>(1),
            &format!("{:.1}", row.get::<_, f64>(2)),
        ]);
    }
    answer.print();
    Ok(())
}

async fn delay_by_hour(db: &Ominipg) -> Result<()> {
    let rows = db
        .query(
            "SELECT hour / 4 * 4, count(*), avg(dep_delay)::float8 FROM flights \
             WHERE dep_delay IS NOT NULL GROUP BY 1 ORDER BY 1",
            &[],
        )
        .await?;
    let mut answer =
        Answer::to("7. When in the day is it best to leave?", &["scheduled", "flights", "mean delay, min"]);
    for row in rows {
        let hour: i32 = row.get(0);
        let hours = format!("{hour:02} to {:02} h", hour + 3);
        answer.row([&hours, &row.get::<_, i64>(1), &format!("{:.1}", row.get::<_, f64>(2))]);
    }
    answer.print();
    Ok(())
}

async fn most_used_planes(db: &Ominipg) -> Result<()> {
    let rows = db
        .query(
            "SELECT tailnum, count(*) FROM flights WHERE tailnum IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5",
            &[],
        )
        .await?;
    let mut answer = Answer::to(
        "8. Which planes flew most?",
        &["tail number", "flights", "manufacturer", "model", "year"],
    );
    for row in rows {
        let tailnum: String = row.get(0);
        let plane = crate::db::planes::by_key(tailnum.as_str()).optional(db).await?;
        let (manufacturer, model, year) = plane
            .map_or_else(Default::default, |plane| (Some(plane.manufacturer), Some(plane.model), plane.year));
        let (manufacturer, model) = (or_dash(manufacturer), or_dash(model));
        answer.row([&tailnum, &row.get::<_, i64>(1), &manufacturer, &model, &or_dash(year)]);
    }
    answer.print();
    Ok(())
}

async fn strongest_gusts(db: &Ominipg) -> Result<()> {
    let hours = weather::find()
        .filter(weather::wind_gust().is_not_null())
        .order_by((weather::wind_gust().desc(), weather::time_hour().asc(), weather::origin().asc()))
        .limit(5)
        .with(weather::airport())
        .all(db)
        .await?;
    let mut answer =
        Answer::to("9. When did the wind blow hardest?", &["hour", "airport", "gusts, mph", "flights"]);
    for (weather, airport) in hours {
        let there =
            flights::time_hour().eq(weather.time_hour).and(flights::origin().eq(weather.origin.as_str()));
        let affected = flights::find().filter(there).count(db).await?;
        let gust = or_dash(weather.wind_gust.map(|gust| format!("{gust:.0}")));
        answer.row([&weather.time_hour, &airport.name, &gust, &affected]);
    }
    answer.print();
    Ok(())
}

async fn unknown_destinations(db: &Ominipg) -> Result<()> {
    let rows = db
        .query(
            "SELECT dest, count(*) FROM flights f WHERE NOT EXISTS (SELECT FROM airports a WHERE a.faa = f.dest) \
             GROUP BY 1 ORDER BY 2 DESC",
            &[],
        )
        .await?;
    let mut answer =
        Answer::to("10. Which destinations does the table of airports not have?", &["to", "flights"]);
    for row in rows {
        answer.row([&row.get::<_, String>(0), &row.get::<_, i64>(1)]);
    }
    answer.print();
    Ok(())
}
