//! What the direct mode costs above the driver that it stands on: the same work on one server, by turns, through ominipg
//! and by bare tokio-postgres with statements that it prepared.
//!
//! ```sh
//! cargo bench --bench direct
//! cargo bench --bench direct -- --rounds 41
//! ```
//!
//! `OMINIPG_TEST_PG` names the server; else one is started where the machine has PostgreSQL.

mod bare;

use std::time::{Duration, Instant};

use ominipg::{ConnectOptions, Ominipg};

use self::bare::Bare;
use self::db::{NewNote, NewPerson, PersonPatch, notes, people};

/// The tables of `benches/direct/schemas`.
#[allow(missing_docs)]
mod db {
    ominipg::ominipg_schema!("benches/direct/schemas");
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The people that are read.
const PEOPLE: i64 = 1_000;

/// What each of them wrote.
const NOTES: i64 = 10;

fn person(id: i64) -> NewPerson {
    NewPerson::new(id, format!("Person {id}"), (id % 90) as i32).email(format!("person{id}@example.com"))
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--rounds");
    let rounds: usize = arguments.nth(1).map_or(Ok(21), |rounds| rounds.parse())?;
    let url = ominipg_test_support::database().await;
    let options = ConnectOptions::new(&url).schema(&db::SCHEMA).create_tables(true);
    let db = &Ominipg::connect(options).await?;
    let bare = &Bare::connect(&url).await?;
    people::create_many((0..PEOPLE).map(person)).execute(db).await?;
    let all_notes = (0..PEOPLE * NOTES).map(|id| NewNote::new(id, id % PEOPLE, format!("Note {id}")));
    notes::create_many(all_notes).execute(db).await?;
    db.batch_execute("ANALYZE").await?;

    println!("{:24} {:>12} {:>12} {:>7}", "", "ominipg", "bare", "ratio");
    let key = |turn: usize| (turn as i64 * 7_919) % PEOPLE;
    let by_key = async |turn| {
        assert_eq!(people::by_key(key(turn)).one(db).await?.id, key(turn));
        Ok(())
    };
    compare("find by key", rounds, 300, by_key, async |turn| bare.by_key(key(turn)).await).await?;

    let hundred = async |turn| {
        let from = key(turn) % 900;
        let found = people::find().filter(people::id().gte(from)).order_by(people::id().asc()).limit(100);
        assert_eq!(found.all(db).await?.len(), 100);
        Ok(())
    };
    compare("find 100 rows", rounds, 100, hundred, async |turn| bare.hundred(key(turn) % 900).await).await?;

    let update = async |turn| {
        let patch = PersonPatch::new().age((turn % 90) as i32);
        assert_eq!(people::by_key(key(turn)).update(patch).run(db).await?.id, key(turn));
        Ok(())
    };
    compare("update by key", rounds, 200, update, async |turn| {
        bare.update(key(turn), (turn % 90) as i32).await
    })
    .await?;

    let populate = async |_| {
        let found = people::find().with(people::notes()).all(db).await?;
        assert_eq!((found.len() as i64, found[7].1.len() as i64), (PEOPLE, NOTES));
        Ok(())
    };
    compare("populate 1,000 × 10", rounds, 3, populate, async |_| bare.populate().await).await?;

    // The rows of both sides lie among each other, so that the index grows for both alike.
    let (mine, theirs) = (10_000_000, 10_000_001);
    let insert = async |turn| {
        let id = mine + turn as i64 * 2;
        assert_eq!(people::create(person(id)).run(db).await?.id, id);
        Ok(())
    };
    let insert_bare = async |turn| bare.insert(person(theirs + turn as i64 * 2)).await;
    compare("insert a row", rounds, 200, insert, insert_bare).await?;

    let many = |from: i64, turn: usize| (0..10_000).map(move |id| person(from + turn as i64 * 20_000 + id));
    let (mine, theirs) = (30_000_000, 30_010_000);
    let insert_many = async |turn| {
        assert_eq!(people::create_many(many(mine, turn)).execute(db).await?, 10_000);
        Ok(())
    };
    let insert_many_bare = async |turn| bare.insert_many(many(theirs, turn).collect()).await;
    compare("insert 10,000 rows", rounds, 1, insert_many, insert_many_bare).await
}

/// Times the same work both ways, by turns, and prints the medians.
async fn compare(
    name: &str,
    rounds: usize,
    times: usize,
    ours: impl AsyncFn(usize) -> Result<()>,
    bare: impl AsyncFn(usize) -> Result<()>,
) -> Result<()> {
    let (mut mine, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    // The first round prepares the statements and warms the caches.
    for round in 0..=rounds {
        let turns = round * times..(round + 1) * times;
        // Who goes first has it colder.
        let (one, other) = if round % 2 == 0 {
            let one = time(&ours, turns.clone()).await?;
            (one, time(&bare, turns).await?)
        } else {
            let other = time(&bare, turns.clone()).await?;
            (time(&ours, turns).await?, other)
        };
        if round > 0 {
            mine.push(one);
            theirs.push(other);
            ratios.push(one.as_secs_f64() / other.as_secs_f64());
        }
    }
    ratios.sort_by(f64::total_cmp);
    let (one, other, ratio) = (median(mine), median(theirs), ratios[ratios.len() / 2]);
    println!("{name:24} {:>12} {:>12} {ratio:>7.3}", format!("{one:.1?}"), format!("{other:.1?}"));
    Ok(())
}

/// How long one call takes, on average.
async fn time(work: impl AsyncFn(usize) -> Result<()>, turns: std::ops::Range<usize>) -> Result<Duration> {
    let (since, times) = (Instant::now(), turns.len() as u32);
    for turn in turns {
        work(turn).await?;
    }
    Ok(since.elapsed() / times)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
