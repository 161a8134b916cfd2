use ominipg_runtime::codegen_support as rt;
use rt::SqlType;

const fn column(name: &'static str, ty: SqlType) -> rt::ColumnDef {
    rt::ColumnDef {
        name,
        property: name,
        ty,
        sql_type: ty.name(),
        nullable: true,
        has_default: false,
        read_only: false,
        write_only: false,
        values: &[],
    }
}

pub static TABLE: rt::TableDef = rt::TableDef {
    name: "everything",
    columns: &[
        rt::ColumnDef { nullable: false, ..column("id", SqlType::Int4) },
        column("text", SqlType::Text),
        column("int2", SqlType::Int2),
        column("int4", SqlType::Int4),
        column("int8", SqlType::Int8),
        column("float4", SqlType::Float4),
        column("float8", SqlType::Float8),
        column("bool", SqlType::Bool),
        column("uuid", SqlType::Uuid),
        column("timestamptz", SqlType::Timestamptz),
        column("date", SqlType::Date),
        column("time", SqlType::Time),
        column("interval", SqlType::Interval),
        column("bytea", SqlType::Bytea),
        column("inet", SqlType::Inet),
        column("numeric", SqlType::Numeric),
        column("jsonb", SqlType::Jsonb),
        column("texts", SqlType::Array(&SqlType::Text)),
        column("ints", SqlType::Array(&SqlType::Int4)),
        column("byteas", SqlType::Array(&SqlType::Bytea)),
        column("decimals", SqlType::Array(&SqlType::Numeric)),
    ],
    primary_key: &[0],
    relations: &[],
    updated_at: None,
    deleted_at: None,
    version: None,
    search: None,
    sync: None,
};

macro_rules! everything {
    ($($index:literal $name:ident: $ty:ty,)*) => {
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Everything { pub id: i32, $(pub $name: Option<$ty>,)* pub jsonb: Option<rt::serde_json::Value> }
        pub type NewEverything = Everything;

        impl rt::Encode for Everything {
            fn encode(&self, out: &mut rt::Encoder) {
                out.put(0, &self.id);
                $(out.put($index, &self.$name);)*
                out.put_json(16, self.jsonb.as_ref());
            }
        }

        $(pub fn $name() -> rt::Column<Everything, Option<$ty>> { rt::Column::new(&TABLE.columns[$index]) })*
    };
}

everything! {
    1 text: String,
    2 int2: i16,
    3 int4: i32,
    4 int8: i64,
    5 float4: f32,
    6 float8: f64,
    7 bool: bool,
    8 uuid: rt::Uuid,
    9 timestamptz: rt::Timestamp,
    10 date: rt::Date,
    11 time: rt::Time,
    12 interval: rt::Interval,
    13 bytea: Vec<u8>,
    14 inet: rt::IpAddr,
    15 numeric: rt::Decimal,
    17 texts: Vec<String>,
    18 ints: Vec<i32>,
    19 byteas: Vec<Vec<u8>>,
    20 decimals: Vec<rt::Decimal>,
}

impl rt::Model for Everything {
    type New = Everything;
    type Patch = Everything;
    type Key = i32;

    const TABLE: &'static rt::TableDef = &TABLE;

    fn decode(row: &mut rt::RowReader<'_>) -> Result<Self, rt::Error> {
        Ok(Self {
            id: row.next()?,
            text: row.next()?,
            int2: row.next()?,
            int4: row.next()?,
            int8: row.next()?,
            float4: row.next()?,
            float8: row.next()?,
            bool: row.next()?,
            uuid: row.next()?,
            timestamptz: row.next()?,
            date: row.next()?,
            time: row.next()?,
            interval: row.next()?,
            bytea: row.next()?,
            inet: row.next()?,
            numeric: row.next()?,
            jsonb: row.next_json_opt()?,
            texts: row.next()?,
            ints: row.next()?,
            byteas: row.next()?,
            decimals: row.next()?,
        })
    }

    fn encode_key(key: &i32, out: &mut rt::Encoder) {
        out.put(0, key);
    }
}

impl rt::Validate for Everything {
    fn validate(&self, _: &mut rt::Violations) {}
}

pub fn find() -> rt::Find<Everything> {
    rt::Find::new()
}

pub fn create(new: NewEverything) -> rt::Create<Everything> {
    rt::Create::new(new)
}

pub fn create_many(rows: impl IntoIterator<Item = NewEverything>) -> rt::CreateMany<Everything> {
    rt::CreateMany::new(rows)
}

pub fn jsonb() -> rt::Column<Everything, Option<rt::Json<rt::serde_json::Value>>> {
    rt::Column::new(&TABLE.columns[16])
}
