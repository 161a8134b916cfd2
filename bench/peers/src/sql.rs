//! What those who take SQL have in common.

use std::collections::HashMap;

use tokio_postgres::types::FromSql;

use crate::Result;
use crate::db::{NewPlane, Plane};
use crate::people::{Note, Person};
use crate::plane::{Param, params};
use crate::statement::{self, Statement};

/// A client that takes SQL with binary values.
pub trait Sql {
    /// The rows of a statement.
    async fn rows<T: Decode>(&mut self, statement: &Statement, params: &[Param<'_>]) -> Result<Vec<T>>;

    /// Inserts rows and gives their number.
    async fn insert_many(&mut self, planes: Vec<NewPlane>) -> Result<u64>;

    /// The only row of a statement.
    async fn row<T: Decode>(&mut self, statement: &Statement, params: &[Param<'_>]) -> Result<T> {
        let mut rows = self.rows(statement, params).await?;
        match (rows.pop(), rows.is_empty()) {
            (Some(row), true) => Ok(row),
            _ => Err(format!("{} does not give one row", statement.name).into()),
        }
    }

    async fn select_one(&mut self) -> Result<i32> {
        Ok(self.row::<(i32,)>(&statement::SELECT_ONE, &[]).await?.0)
    }

    async fn number(&mut self, statement: &Statement) -> Result<i64> {
        Ok(self.row::<(i64,)>(statement, &[]).await?.0)
    }

    async fn insert(&mut self, plane: NewPlane) -> Result<Plane> {
        self.row(&statement::INSERT, &params(&plane)).await
    }

    async fn by_key(&mut self, key: &str) -> Result<Plane> {
        self.row(&statement::BY_KEY, &[&key]).await
    }

    async fn all(&mut self) -> Result<Vec<Plane>> {
        self.rows(&statement::ALL, &[]).await
    }

    async fn hundred(&mut self, from: i64) -> Result<Vec<Person>> {
        self.rows(&statement::HUNDRED, &[&from, &100_i64]).await
    }

    async fn update(&mut self, id: i64, age: i32) -> Result<Person> {
        self.row(&statement::UPDATE, &[&age, &id]).await
    }

    async fn populate(&mut self) -> Result<Vec<(Person, Vec<Note>)>> {
        let people: Vec<Person> = self.rows(&statement::PEOPLE, &[]).await?;
        let ids: Vec<i64> = people.iter().map(|person| person.id).collect();
        let mut groups: HashMap<i64, Vec<Note>> = HashMap::new();
        for note in self.rows::<Note>(&statement::NOTES, &[&ids]).await? {
            groups.entry(note.person_id).or_default().push(note);
        }
        Ok(people
            .into_iter()
            .map(|person| {
                let notes = groups.remove(&person.id).unwrap_or_default();
                (person, notes)
            })
            .collect())
    }
}

/// A row as some driver gives it.
pub trait Fields {
    /// The value of a column.
    fn get<'a, T: FromSql<'a>>(&'a self, column: usize) -> Result<T>;
}

/// What a row is read into.
pub trait Decode: Sized {
    fn decode(row: &impl Fields) -> Result<Self>;
}

impl Decode for (i32,) {
    fn decode(row: &impl Fields) -> Result<Self> {
        Ok((row.get(0)?,))
    }
}

impl Decode for (i64,) {
    fn decode(row: &impl Fields) -> Result<Self> {
        Ok((row.get(0)?,))
    }
}

impl Decode for Plane {
    fn decode(row: &impl Fields) -> Result<Self> {
        Ok(Self {
            tailnum: row.get(0)?,
            year: row.get(1)?,
            r#type: row.get(2)?,
            manufacturer: row.get(3)?,
            model: row.get(4)?,
            engines: row.get(5)?,
            seats: row.get(6)?,
            speed: row.get(7)?,
            engine: row.get(8)?,
        })
    }
}

impl Decode for Person {
    fn decode(row: &impl Fields) -> Result<Self> {
        Ok(Self { id: row.get(0)?, name: row.get(1)?, age: row.get(2)?, email: row.get(3)? })
    }
}

impl Decode for Note {
    fn decode(row: &impl Fields) -> Result<Self> {
        Ok(Self { id: row.get(0)?, person_id: row.get(1)?, body: row.get(2)? })
    }
}
