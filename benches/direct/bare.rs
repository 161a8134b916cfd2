use std::collections::HashMap;

use tokio_postgres::{Client, NoTls, Row, Statement};

use crate::Result;
use crate::db::{NewPerson, Note, Person};

/// The bare driver, with everything prepared.
pub(crate) struct Bare {
    client: Client,
    by_key: Statement,
    hundred: Statement,
    all: Statement,
    notes: Statement,
    update: Statement,
    insert: Statement,
    insert_many: Statement,
}

const COLUMNS: &str = r#"t."id", t."name", t."age", t."email""#;

impl Bare {
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let prepare = async |sql: String| client.prepare(&sql).await;
        Ok(Self {
            by_key: prepare(format!("SELECT {COLUMNS} FROM people t WHERE t.id = $1")).await?,
            hundred: prepare(format!(
                "SELECT {COLUMNS} FROM people t WHERE t.id >= $1 ORDER BY t.id ASC LIMIT $2"
            ))
            .await?,
            all: prepare(format!("SELECT {COLUMNS} FROM people t")).await?,
            notes: prepare(
                r#"SELECT t."id", t."personId", t."body" FROM notes t WHERE t."personId" = ANY($1)"#
                    .to_owned(),
            )
            .await?,
            update: prepare(format!("UPDATE people t SET age = $1 WHERE t.id = $2 RETURNING {COLUMNS}"))
                .await?,
            insert: prepare(format!(
                "INSERT INTO people AS t (id, name, age, email) VALUES ($1, $2, $3, $4) RETURNING {COLUMNS}"
            ))
            .await?,
            insert_many: prepare(
                "INSERT INTO people (id, name, age, email) \
                 SELECT * FROM unnest($1::int8[], $2::text[], $3::int4[], $4::text[])"
                    .to_owned(),
            )
            .await?,
            client,
        })
    }

    pub(crate) async fn by_key(&self, id: i64) -> Result<()> {
        person(&self.client.query_one(&self.by_key, &[&id]).await?).map(drop)
    }

    pub(crate) async fn hundred(&self, from: i64) -> Result<()> {
        let rows = self.client.query(&self.hundred, &[&from, &100_i64]).await?;
        let found: Vec<Person> = rows.iter().map(person).collect::<Result<_>>()?;
        assert_eq!(found.len(), 100);
        Ok(())
    }

    pub(crate) async fn update(&self, id: i64, age: i32) -> Result<()> {
        person(&self.client.query_one(&self.update, &[&age, &id]).await?).map(drop)
    }

    pub(crate) async fn populate(&self) -> Result<()> {
        let rows = self.client.query(&self.all, &[]).await?;
        let people: Vec<Person> = rows.iter().map(person).collect::<Result<_>>()?;
        let ids: Vec<i64> = people.iter().map(|person| person.id).collect();
        let mut groups: HashMap<i64, Vec<Note>> = HashMap::new();
        for row in self.client.query(&self.notes, &[&ids]).await? {
            let note = Note { id: row.try_get(0)?, person_id: row.try_get(1)?, body: row.try_get(2)? };
            groups.entry(note.person_id).or_default().push(note);
        }
        let found: Vec<(Person, Vec<Note>)> = people
            .into_iter()
            .map(|person| {
                let notes = groups.remove(&person.id).unwrap_or_default();
                (person, notes)
            })
            .collect();
        assert_eq!((found.len(), found[7].1.len()), (1_000, 10));
        Ok(())
    }

    pub(crate) async fn insert(&self, new: NewPerson) -> Result<()> {
        let row = self.client.query_one(&self.insert, &[&new.id, &new.name, &new.age, &new.email]).await?;
        person(&row).map(drop)
    }

    pub(crate) async fn insert_many(&self, new: Vec<NewPerson>) -> Result<()> {
        let ids: Vec<i64> = new.iter().map(|person| person.id).collect();
        let names: Vec<&str> = new.iter().map(|person| person.name.as_str()).collect();
        let ages: Vec<i32> = new.iter().map(|person| person.age).collect();
        let emails: Vec<Option<&str>> = new.iter().map(|person| person.email.as_deref()).collect();
        let inserted = self.client.execute(&self.insert_many, &[&ids, &names, &ages, &emails]).await?;
        assert_eq!(inserted, 10_000);
        Ok(())
    }
}

fn person(row: &Row) -> Result<Person> {
    Ok(Person { id: row.try_get(0)?, name: row.try_get(1)?, age: row.try_get(2)?, email: row.try_get(3)? })
}
