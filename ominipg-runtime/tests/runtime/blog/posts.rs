use ominipg_runtime::codegen_support as rt;

pub static TABLE: rt::TableDef = rt::TableDef {
    name: "posts",
    columns: &[
        rt::ColumnDef {
            name: "id",
            property: "id",
            ty: rt::SqlType::Int8,
            sql_type: "int8",
            nullable: false,
            has_default: true,
            read_only: true,
            write_only: false,
            values: &[],
        },
        rt::ColumnDef {
            name: "authorId",
            property: "authorId",
            ty: rt::SqlType::Uuid,
            sql_type: "uuid",
            nullable: false,
            has_default: false,
            read_only: false,
            write_only: false,
            values: &[],
        },
        rt::ColumnDef {
            name: "editorId",
            property: "editorId",
            ty: rt::SqlType::Uuid,
            sql_type: "uuid",
            nullable: true,
            has_default: false,
            read_only: false,
            write_only: false,
            values: &[],
        },
        rt::ColumnDef {
            name: "title",
            property: "title",
            ty: rt::SqlType::Text,
            sql_type: "varchar(20)",
            nullable: false,
            has_default: false,
            read_only: false,
            write_only: false,
            values: &[],
        },
    ],
    primary_key: &[0],
    relations: &[
        rt::RelationDef {
            name: "author",
            kind: rt::RelationKind::BelongsTo,
            source: &TABLE,
            target: &super::users::TABLE,
            from: &[1],
            to: &[0],
            through: None,
        },
        rt::RelationDef {
            name: "editor",
            kind: rt::RelationKind::BelongsTo,
            source: &TABLE,
            target: &super::users::TABLE,
            from: &[2],
            to: &[0],
            through: None,
        },
    ],
    updated_at: None,
    deleted_at: None,
    version: None,
    search: None,
    sync: None,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    pub id: i64,
    pub author_id: rt::Uuid,
    pub editor_id: Option<rt::Uuid>,
    pub title: String,
}

impl rt::Validate for Post {
    fn validate(&self, _: &mut rt::Violations) {}
}

impl rt::Model for Post {
    type New = NewPost;
    type Patch = PostPatch;
    type Key = i64;

    const TABLE: &'static rt::TableDef = &TABLE;

    fn decode(row: &mut rt::RowReader<'_>) -> Result<Self, rt::Error> {
        Ok(Self { id: row.next()?, author_id: row.next()?, editor_id: row.next()?, title: row.next()? })
    }

    fn encode_key(key: &i64, out: &mut rt::Encoder) {
        out.put(0, key);
    }
}

impl rt::Encode for Post {
    fn encode(&self, out: &mut rt::Encoder) {
        out.put(0, &self.id);
        out.put(1, &self.author_id);
        out.put(2, &self.editor_id);
        out.put(3, &self.title);
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct NewPost {
    pub author_id: rt::Uuid,
    pub editor_id: Option<rt::Uuid>,
    pub title: String,
}

impl NewPost {
    pub fn new(author_id: impl rt::IntoValue<rt::Uuid>, title: impl rt::IntoValue<String>) -> Self {
        Self { author_id: author_id.into_value(), editor_id: None, title: title.into_value() }
    }

    pub fn editor_id(mut self, editor_id: impl rt::IntoValue<Option<rt::Uuid>>) -> Self {
        self.editor_id = editor_id.into_value();
        self
    }
}

impl rt::Encode for NewPost {
    fn encode(&self, out: &mut rt::Encoder) {
        out.put(1, &self.author_id);
        out.put(2, &self.editor_id);
        out.put(3, &self.title);
    }
}

impl rt::Validate for NewPost {
    fn validate(&self, _: &mut rt::Violations) {}
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PostPatch {
    pub title: rt::Field<String>,
}

impl rt::Encode for PostPatch {
    fn encode(&self, out: &mut rt::Encoder) {
        out.put_field(3, &self.title);
    }
}

impl rt::Validate for PostPatch {
    fn validate(&self, _: &mut rt::Violations) {}
}

pub fn find() -> rt::Find<Post> {
    rt::Find::new()
}

pub fn by_key(key: impl rt::IntoValue<i64>) -> rt::ByKey<Post> {
    rt::ByKey::new(key.into_value())
}

pub fn create(new: NewPost) -> rt::Create<Post> {
    rt::Create::new(new)
}

pub fn create_many(rows: impl IntoIterator<Item = NewPost>) -> rt::CreateMany<Post> {
    rt::CreateMany::new(rows)
}

pub fn delete_all() -> rt::DeleteMany<Post> {
    rt::DeleteMany::all()
}

pub fn id() -> rt::Column<Post, i64> {
    rt::Column::new(&TABLE.columns[0])
}

pub fn title() -> rt::Column<Post, String> {
    rt::Column::new(&TABLE.columns[3])
}

pub fn author() -> rt::BelongsTo<Post, super::User> {
    rt::BelongsTo::new(&TABLE.relations[0])
}

pub fn editor() -> rt::OptionalBelongsTo<Post, super::User> {
    rt::OptionalBelongsTo::new(&TABLE.relations[1])
}
