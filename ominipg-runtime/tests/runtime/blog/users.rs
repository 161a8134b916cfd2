use ominipg_runtime::codegen_support as rt;

const fn column(name: &'static str, ty: rt::SqlType, nullable: bool, has_default: bool) -> rt::ColumnDef {
    rt::ColumnDef {
        name,
        property: name,
        ty,
        sql_type: ty.name(),
        nullable,
        has_default,
        read_only: false,
        write_only: false,
        values: &[],
    }
}

pub static TABLE: rt::TableDef = rt::TableDef {
    name: "users",
    columns: &[
        rt::ColumnDef { read_only: true, ..column("id", rt::SqlType::Uuid, false, true) },
        column("email", rt::SqlType::Text, false, false),
        column("name", rt::SqlType::Text, false, false),
        column("age", rt::SqlType::Int4, true, false),
        rt::ColumnDef { values: &["admin", "member"], ..column("role", rt::SqlType::Text, false, true) },
        column("address", rt::SqlType::Jsonb, true, false),
        column("tags", rt::SqlType::Array(&rt::SqlType::Text), false, true),
        rt::ColumnDef { write_only: true, ..column("secret", rt::SqlType::Text, true, false) },
        rt::ColumnDef { read_only: true, ..column("updatedAt", rt::SqlType::Timestamptz, false, true) },
    ],
    primary_key: &[0],
    relations: &[
        rt::RelationDef {
            name: "edited",
            kind: rt::RelationKind::HasMany,
            source: &TABLE,
            target: &super::posts::TABLE,
            from: &[0],
            to: &[2],
            through: None,
        },
        rt::RelationDef {
            name: "posts",
            kind: rt::RelationKind::HasMany,
            source: &TABLE,
            target: &super::posts::TABLE,
            from: &[0],
            to: &[1],
            through: None,
        },
    ],
    updated_at: Some(8),
    deleted_at: None,
    version: None,
    search: None,
    sync: None,
};

#[derive(Clone, Debug, PartialEq, rt::serde::Serialize, rt::serde::Deserialize)]
#[serde(crate = "ominipg_runtime::codegen_support::serde")]
pub struct User {
    pub id: rt::Uuid,
    pub email: String,
    pub name: String,
    pub age: Option<i32>,
    pub role: UserRole,
    pub address: Option<UserAddress>,
    pub tags: Vec<String>,
    pub secret: Option<String>,
    #[serde(rename = "updatedAt")]
    pub updated_at: rt::Timestamp,
}

#[derive(Clone, Debug, PartialEq, rt::serde::Serialize, rt::serde::Deserialize)]
#[serde(crate = "ominipg_runtime::codegen_support::serde")]
pub struct UserAddress {
    pub city: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zip: Option<i32>,
}

impl rt::Validate for User {
    fn validate(&self, v: &mut rt::Violations) {
        v.min_length("/name", &self.name, 1);
    }
}

impl rt::Model for User {
    type New = NewUser;
    type Patch = UserPatch;
    type Key = rt::Uuid;

    const TABLE: &'static rt::TableDef = &TABLE;

    fn decode(row: &mut rt::RowReader<'_>) -> Result<Self, rt::Error> {
        Ok(Self {
            id: row.next()?,
            email: row.next()?,
            name: row.next()?,
            age: row.next()?,
            role: row.next()?,
            address: row.next_json_opt()?,
            tags: row.next()?,
            secret: row.next()?,
            updated_at: row.next()?,
        })
    }

    fn encode_key(key: &rt::Uuid, out: &mut rt::Encoder) {
        out.put(0, key);
    }
}

impl rt::Encode for User {
    fn encode(&self, out: &mut rt::Encoder) {
        out.put(0, &self.id);
        out.put(1, &self.email);
        out.put(2, &self.name);
        out.put(3, &self.age);
        out.put(4, &self.role);
        out.put_json(5, self.address.as_ref());
        out.put(6, &self.tags);
        out.put(7, &self.secret);
        out.put(8, &self.updated_at);
    }
}

#[derive(Clone, Debug, PartialEq, rt::serde::Serialize, rt::serde::Deserialize)]
#[serde(crate = "ominipg_runtime::codegen_support::serde")]
pub struct NewUser {
    pub email: String,
    pub name: String,
    #[serde(default)]
    pub age: Option<i32>,
    #[serde(default, skip_serializing_if = "rt::Field::is_unset")]
    pub role: rt::Field<UserRole>,
    #[serde(default)]
    pub address: Option<UserAddress>,
    #[serde(default, skip_serializing_if = "rt::Field::is_unset")]
    pub tags: rt::Field<Vec<String>>,
    #[serde(default)]
    pub secret: Option<String>,
}

impl NewUser {
    pub fn new(email: impl rt::IntoValue<String>, name: impl rt::IntoValue<String>) -> Self {
        Self {
            email: email.into_value(),
            name: name.into_value(),
            age: None,
            role: rt::Field::Unset,
            address: None,
            tags: rt::Field::Unset,
            secret: None,
        }
    }

    pub fn age(mut self, age: impl rt::IntoValue<Option<i32>>) -> Self {
        self.age = age.into_value();
        self
    }

    pub fn role(mut self, role: impl rt::IntoValue<UserRole>) -> Self {
        self.role = rt::Field::Set(role.into_value());
        self
    }

    pub fn address(mut self, address: impl rt::IntoValue<Option<UserAddress>>) -> Self {
        self.address = address.into_value();
        self
    }

    pub fn tags(mut self, tags: impl rt::IntoValue<Vec<String>>) -> Self {
        self.tags = rt::Field::Set(tags.into_value());
        self
    }

    pub fn secret(mut self, secret: impl rt::IntoValue<Option<String>>) -> Self {
        self.secret = secret.into_value();
        self
    }
}

impl rt::Encode for NewUser {
    fn encode(&self, out: &mut rt::Encoder) {
        out.put(1, &self.email);
        out.put(2, &self.name);
        out.put(3, &self.age);
        out.put_field(4, &self.role);
        out.put_json(5, self.address.as_ref());
        out.put_field(6, &self.tags);
        out.put(7, &self.secret);
    }
}

static ADDRESS: rt::JsonSchema =
    rt::JsonSchema::new(r#"{"type": "object", "properties": {"city": {"type": "string", "minLength": 1}}}"#);
static NAME: rt::Pattern = rt::Pattern::new("^[^\\d]*$");

impl rt::Validate for NewUser {
    fn validate(&self, v: &mut rt::Violations) {
        v.format("/email", &self.email, rt::Format::Email);
        v.min_length("/name", &self.name, 1);
        v.pattern("/name", &self.name, &NAME);
        if let Some(value) = &self.age {
            v.minimum("/age", *value, 0);
        }
        if let Some(value) = &self.address {
            v.json("/address", value, &ADDRESS);
        }
        if let Some(value) = self.tags.as_set() {
            v.unique_items("/tags", value);
            v.each("/tags", value, |v, pointer, item| v.max_length(pointer, item, 10));
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, rt::serde::Serialize, rt::serde::Deserialize)]
#[serde(crate = "ominipg_runtime::codegen_support::serde", default)]
pub struct UserPatch {
    pub email: rt::Field<String>,
    pub name: rt::Field<String>,
    pub age: rt::Field<Option<i32>>,
    pub address: rt::Field<Option<UserAddress>>,
    pub tags: rt::Field<Vec<String>>,
}

impl UserPatch {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn email(mut self, email: impl rt::IntoValue<String>) -> Self {
        self.email = rt::Field::Set(email.into_value());
        self
    }

    pub fn name(mut self, name: impl rt::IntoValue<String>) -> Self {
        self.name = rt::Field::Set(name.into_value());
        self
    }

    pub fn age(mut self, age: impl rt::IntoValue<Option<i32>>) -> Self {
        self.age = rt::Field::Set(age.into_value());
        self
    }

    pub fn address(mut self, address: impl rt::IntoValue<Option<UserAddress>>) -> Self {
        self.address = rt::Field::Set(address.into_value());
        self
    }
}

impl rt::Encode for UserPatch {
    fn encode(&self, out: &mut rt::Encoder) {
        out.put_field(1, &self.email);
        out.put_field(2, &self.name);
        out.put_field(3, &self.age);
        out.put_json_field(5, &self.address);
        out.put_field(6, &self.tags);
    }
}

impl rt::Validate for UserPatch {
    fn validate(&self, v: &mut rt::Violations) {
        if let Some(value) = self.name.as_set() {
            v.min_length("/name", value, 1);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, rt::serde::Serialize, rt::serde::Deserialize)]
#[serde(crate = "ominipg_runtime::codegen_support::serde")]
pub enum UserRole {
    #[serde(rename = "admin")]
    Admin,
    #[serde(rename = "member")]
    Member,
}
rt::text_enum!(UserRole { Admin = "admin", Member = "member" });

pub fn find() -> rt::Find<User> {
    rt::Find::new()
}

pub fn by_key(key: impl rt::IntoValue<rt::Uuid>) -> rt::ByKey<User> {
    rt::ByKey::new(key.into_value())
}

pub fn create(new: NewUser) -> rt::Create<User> {
    rt::Create::new(new)
}

pub fn create_many(rows: impl IntoIterator<Item = NewUser>) -> rt::CreateMany<User> {
    rt::CreateMany::new(rows)
}

pub fn update_all(patch: UserPatch) -> rt::UpdateMany<User> {
    rt::UpdateMany::all(patch)
}

pub fn delete_all() -> rt::DeleteMany<User> {
    rt::DeleteMany::all()
}

pub fn id() -> rt::Column<User, rt::Uuid> {
    rt::Column::new(&TABLE.columns[0])
}

pub fn email() -> rt::Column<User, String> {
    rt::Column::new(&TABLE.columns[1])
}

pub fn name() -> rt::Column<User, String> {
    rt::Column::new(&TABLE.columns[2])
}

pub fn age() -> rt::Column<User, Option<i32>> {
    rt::Column::new(&TABLE.columns[3])
}

pub fn role() -> rt::Column<User, UserRole> {
    rt::Column::new(&TABLE.columns[4])
}

pub fn address() -> rt::Column<User, Option<rt::Json<UserAddress>>> {
    rt::Column::new(&TABLE.columns[5])
}

pub fn tags() -> rt::Column<User, Vec<String>> {
    rt::Column::new(&TABLE.columns[6])
}

pub fn secret() -> rt::Column<User, Option<String>> {
    rt::Column::new(&TABLE.columns[7])
}

pub fn updated_at() -> rt::Column<User, rt::Timestamp> {
    rt::Column::new(&TABLE.columns[8])
}

pub fn edited() -> rt::HasMany<User, super::Post> {
    rt::HasMany::new(&TABLE.relations[0])
}

pub fn posts() -> rt::HasMany<User, super::Post> {
    rt::HasMany::new(&TABLE.relations[1])
}
