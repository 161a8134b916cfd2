use std::collections::HashMap;

use sqlx::postgres::PgPoolOptions;
use sqlx::{FromRow, PgPool, query, query_as};

use crate::Result;
use crate::db::NewPerson;
use crate::peer::Peer;
use crate::person::{MANY, NOTES, PEOPLE};

/// Statements of one's own on a pool, which does not ask each connection first whether it answers.
pub struct Sqlx(PgPool);

#[derive(FromRow)]
struct Person {
    id: i64,
    #[expect(dead_code, reason = "it is only decoded")]
    name: String,
    age: i32,
    #[expect(dead_code, reason = "it is only decoded")]
    email: Option<String>,
}

#[derive(FromRow)]
struct Note {
    #[expect(dead_code, reason = "it is only decoded")]
    id: i64,
    #[sqlx(rename = "personId")]
    person_id: i64,
    #[expect(dead_code, reason = "it is only decoded")]
    body: String,
}

impl Sqlx {
    pub async fn connect(url: &str) -> Result<Self> {
        Ok(Self(PgPoolOptions::new().test_before_acquire(false).connect(url).await?))
    }
}

impl Peer for Sqlx {
    async fn by_key(&mut self, id: i64) -> Result<()> {
        let found = query_as::<_, Person>("SELECT id, name, age, email FROM people WHERE id = $1").bind(id);
        assert_eq!(found.fetch_one(&self.0).await?.id, id);
        Ok(())
    }

    async fn hundred(&mut self, from: i64) -> Result<()> {
        let sql = "SELECT id, name, age, email FROM people WHERE id >= $1 ORDER BY id LIMIT $2";
        let found = query_as::<_, Person>(sql).bind(from).bind(100_i64).fetch_all(&self.0).await?;
        assert_eq!(found.len(), 100);
        Ok(())
    }

    async fn insert(&mut self, new: NewPerson) -> Result<()> {
        let sql = "INSERT INTO people (id, name, age, email) VALUES ($1, $2, $3, $4) RETURNING id, name, age, email";
        let insert = query_as::<_, Person>(sql).bind(new.id).bind(&new.name).bind(new.age).bind(&new.email);
        assert_eq!(insert.fetch_one(&self.0).await?.id, new.id);
        Ok(())
    }

    async fn insert_many(&mut self, new: Vec<NewPerson>) -> Result<()> {
        let ids: Vec<i64> = new.iter().map(|person| person.id).collect();
        let names: Vec<&str> = new.iter().map(|person| person.name.as_str()).collect();
        let ages: Vec<i32> = new.iter().map(|person| person.age).collect();
        let emails: Vec<Option<&str>> = new.iter().map(|person| person.email.as_deref()).collect();
        let sql = "INSERT INTO people (id, name, age, email) \
                   SELECT * FROM unnest($1::int8[], $2::text[], $3::int4[], $4::text[])";
        let inserted = query(sql).bind(ids).bind(names).bind(ages).bind(emails).execute(&self.0).await?;
        assert_eq!(inserted.rows_affected(), MANY as u64);
        Ok(())
    }

    async fn update(&mut self, id: i64, age: i32) -> Result<()> {
        let sql = "UPDATE people SET age = $1 WHERE id = $2 RETURNING id, name, age, email";
        assert_eq!(query_as::<_, Person>(sql).bind(age).bind(id).fetch_one(&self.0).await?.age, age);
        Ok(())
    }

    async fn populate(&mut self) -> Result<()> {
        let people = query_as::<_, Person>("SELECT id, name, age, email FROM people");
        let people = people.fetch_all(&self.0).await?;
        let ids: Vec<i64> = people.iter().map(|person| person.id).collect();
        let sql = r#"SELECT id, "personId", body FROM notes WHERE "personId" = ANY($1)"#;
        let mut groups: HashMap<i64, Vec<Note>> = HashMap::new();
        for note in query_as::<_, Note>(sql).bind(ids).fetch_all(&self.0).await? {
            groups.entry(note.person_id).or_default().push(note);
        }
        let with = |person: Person| {
            let notes = groups.remove(&person.id).unwrap_or_default();
            (person, notes)
        };
        let found: Vec<(Person, Vec<Note>)> = people.into_iter().map(with).collect();
        assert_eq!((found.len() as i64, found[7].1.len() as i64), (PEOPLE, NOTES));
        Ok(())
    }
}
