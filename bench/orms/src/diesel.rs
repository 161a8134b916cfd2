use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Result;
use crate::db::NewPerson;
use crate::peer::Peer;
use crate::person::{MANY, NOTES, PEOPLE};

diesel::table! {
    people (id) {
        id -> Int8,
        name -> Text,
        age -> Int4,
        email -> Nullable<Text>,
    }
}

diesel::table! {
    notes (id) {
        id -> Int8,
        #[sql_name = "personId"]
        person_id -> Int8,
        body -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(people, notes);

#[derive(Queryable, Selectable, Identifiable, Insertable)]
#[diesel(table_name = people, check_for_backend(diesel::pg::Pg))]
struct Person {
    id: i64,
    name: String,
    age: i32,
    email: Option<String>,
}

#[derive(Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = notes, belongs_to(Person), check_for_backend(diesel::pg::Pg))]
struct Note {
    id: i64,
    person_id: i64,
    #[expect(dead_code, reason = "it is only decoded")]
    body: String,
}

impl From<NewPerson> for Person {
    fn from(new: NewPerson) -> Self {
        Self { id: new.id, name: new.name, age: new.age, email: new.email }
    }
}

/// The typed query builder on one connection, without a pool.
pub struct Diesel(AsyncPgConnection);

impl Diesel {
    pub async fn connect(url: &str) -> Result<Self> {
        Ok(Self(AsyncPgConnection::establish(url).await?))
    }
}

impl Peer for Diesel {
    async fn by_key(&mut self, id: i64) -> Result<()> {
        let found: Person = people::table.find(id).select(Person::as_select()).first(&mut self.0).await?;
        assert_eq!(found.id, id);
        Ok(())
    }

    async fn hundred(&mut self, from: i64) -> Result<()> {
        let found = people::table.filter(people::id.ge(from)).order(people::id).limit(100);
        let found: Vec<Person> = found.select(Person::as_select()).load(&mut self.0).await?;
        assert_eq!(found.len(), 100);
        Ok(())
    }

    async fn insert(&mut self, new: NewPerson) -> Result<()> {
        let id = new.id;
        let insert = diesel::insert_into(people::table).values(Person::from(new));
        assert_eq!(insert.returning(Person::as_returning()).get_result(&mut self.0).await?.id, id);
        Ok(())
    }

    async fn insert_many(&mut self, new: Vec<NewPerson>) -> Result<()> {
        let rows: Vec<Person> = new.into_iter().map(Person::from).collect();
        assert_eq!(diesel::insert_into(people::table).values(&rows).execute(&mut self.0).await?, MANY);
        Ok(())
    }

    async fn update(&mut self, id: i64, age: i32) -> Result<()> {
        let update = diesel::update(people::table.find(id)).set(people::age.eq(age));
        assert_eq!(update.returning(Person::as_returning()).get_result(&mut self.0).await?.age, age);
        Ok(())
    }

    async fn populate(&mut self) -> Result<()> {
        let people: Vec<Person> = people::table.select(Person::as_select()).load(&mut self.0).await?;
        let notes = Note::belonging_to(&people).select(Note::as_select());
        let notes: Vec<Note> = notes.load(&mut self.0).await?;
        let groups = notes.grouped_by(&people);
        let found: Vec<(Person, Vec<Note>)> = people.into_iter().zip(groups).collect();
        assert_eq!((found.len() as i64, found[7].1.len() as i64), (PEOPLE, NOTES));
        Ok(())
    }
}
