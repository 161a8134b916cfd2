use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectOptions, Database, DatabaseConnection, EntityTrait, LoaderTrait,
    QueryFilter, QueryOrder, QuerySelect, Set, Unchanged,
};

use crate::Result;
use crate::db::NewPerson;
use crate::peer::Peer;
use crate::person::{NOTES, PEOPLE};

mod person {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "people")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub name: String,
        pub age: i32,
        pub email: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(has_many = "super::note::Entity")]
        Note,
    }

    impl Related<super::note::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Note.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod note {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "notes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        #[sea_orm(column_name = "personId")]
        pub person_id: i64,
        pub body: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::person::Entity",
            from = "Column::PersonId",
            to = "super::person::Column::Id"
        )]
        Person,
    }

    impl Related<super::person::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Person.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Entities on a pool, which does not ask each connection first whether it answers.
pub struct SeaOrm(DatabaseConnection);

impl SeaOrm {
    pub async fn connect(url: &str) -> Result<Self> {
        let options = ConnectOptions::new(url).test_before_acquire(false).to_owned();
        Ok(Self(Database::connect(options).await?))
    }
}

fn active(new: NewPerson) -> person::ActiveModel {
    person::ActiveModel { id: Set(new.id), name: Set(new.name), age: Set(new.age), email: Set(new.email) }
}

impl Peer for SeaOrm {
    async fn by_key(&mut self, id: i64) -> Result<()> {
        let found = person::Entity::find_by_id(id).one(&self.0).await?;
        assert_eq!(found.map(|person| person.id), Some(id));
        Ok(())
    }

    async fn hundred(&mut self, from: i64) -> Result<()> {
        let found = person::Entity::find().filter(person::Column::Id.gte(from));
        let found = found.order_by_asc(person::Column::Id).limit(100).all(&self.0).await?;
        assert_eq!(found.len(), 100);
        Ok(())
    }

    async fn insert(&mut self, new: NewPerson) -> Result<()> {
        let id = new.id;
        assert_eq!(active(new).insert(&self.0).await?.id, id);
        Ok(())
    }

    async fn insert_many(&mut self, new: Vec<NewPerson>) -> Result<()> {
        let insert = person::Entity::insert_many(new.into_iter().map(active));
        insert.exec_without_returning(&self.0).await?;
        Ok(())
    }

    async fn update(&mut self, id: i64, age: i32) -> Result<()> {
        let changed = person::ActiveModel { id: Unchanged(id), age: Set(age), ..Default::default() };
        assert_eq!(changed.update(&self.0).await?.age, age);
        Ok(())
    }

    async fn populate(&mut self) -> Result<()> {
        let people = person::Entity::find().all(&self.0).await?;
        let notes = people.load_many(note::Entity, &self.0).await?;
        let found: Vec<_> = people.into_iter().zip(notes).collect();
        assert_eq!((found.len() as i64, found[7].1.len() as i64), (PEOPLE, NOTES));
        Ok(())
    }
}
