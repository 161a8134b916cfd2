use ominipg_runtime::codegen_support as rt;

const fn column(
    name: &'static str,
    ty: rt::SqlType,
    sql_type: &'static str,
    nullable: bool,
) -> rt::ColumnDef {
    rt::ColumnDef {
        name,
        property: name,
        ty,
        sql_type,
        nullable,
        has_default: false,
        read_only: false,
        write_only: false,
        values: &[],
    }
}

pub static TABLE: rt::TableDef = rt::TableDef {
    name: "seats",
    columns: &[
        column("row", rt::SqlType::Int2, "int2", false),
        column("letter", rt::SqlType::Text, "text", false),
        column("nextRow", rt::SqlType::Int2, "int2", true),
        column("nextLetter", rt::SqlType::Text, "text", true),
        rt::ColumnDef { has_default: true, ..column("mood", rt::SqlType::Text, "mood", false) },
        column("moods", rt::SqlType::Array(&rt::SqlType::Text), "mood[]", true),
    ],
    primary_key: &[0, 1],
    relations: &[
        rt::RelationDef {
            name: "next",
            kind: rt::RelationKind::BelongsTo,
            source: &TABLE,
            target: &TABLE,
            from: &[2, 3],
            to: &[0, 1],
            through: None,
        },
        rt::RelationDef {
            name: "before",
            kind: rt::RelationKind::HasMany,
            source: &TABLE,
            target: &TABLE,
            from: &[0, 1],
            to: &[2, 3],
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
pub struct Seat {
    pub row: i16,
    pub letter: String,
    pub next_row: Option<i16>,
    pub next_letter: Option<String>,
    pub mood: Mood,
    pub moods: Option<Vec<Mood>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mood {
    Sad,
    Happy,
}
rt::text_enum!(Mood { Sad = "sad", Happy = "happy" });

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SeatKey {
    pub row: i16,
    pub letter: String,
}

impl rt::Validate for Seat {
    fn validate(&self, _: &mut rt::Violations) {}
}

impl rt::Model for Seat {
    type New = NewSeat;
    type Patch = SeatPatch;
    type Key = SeatKey;

    const TABLE: &'static rt::TableDef = &TABLE;

    fn decode(row: &mut rt::RowReader<'_>) -> Result<Self, rt::Error> {
        Ok(Self {
            row: row.next()?,
            letter: row.next()?,
            next_row: row.next()?,
            next_letter: row.next()?,
            mood: row.next()?,
            moods: row.next()?,
        })
    }

    fn encode_key(key: &SeatKey, out: &mut rt::Encoder) {
        out.put(0, &key.row);
        out.put(1, &key.letter);
    }
}

impl rt::Encode for Seat {
    fn encode(&self, out: &mut rt::Encoder) {
        out.put(0, &self.row);
        out.put(1, &self.letter);
        out.put(2, &self.next_row);
        out.put(3, &self.next_letter);
        out.put(4, &self.mood);
        out.put(5, &self.moods);
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct NewSeat {
    pub row: i16,
    pub letter: String,
    pub next: Option<SeatKey>,
    pub mood: rt::Field<Mood>,
    pub moods: Option<Vec<Mood>>,
}

impl NewSeat {
    pub fn new(row: i16, letter: impl rt::IntoValue<String>) -> Self {
        Self { row, letter: letter.into_value(), next: None, mood: rt::Field::Unset, moods: None }
    }

    pub fn next(mut self, row: i16, letter: &str) -> Self {
        self.next = Some(SeatKey { row, letter: letter.to_owned() });
        self
    }

    pub fn mood(mut self, mood: Mood) -> Self {
        self.mood = rt::Field::Set(mood);
        self
    }

    pub fn moods(mut self, moods: impl rt::IntoValue<Option<Vec<Mood>>>) -> Self {
        self.moods = moods.into_value();
        self
    }
}

impl rt::Encode for NewSeat {
    fn encode(&self, out: &mut rt::Encoder) {
        out.put(0, &self.row);
        out.put(1, &self.letter);
        out.put(2, &self.next.as_ref().map(|next| next.row));
        out.put(3, &self.next.as_ref().map(|next| next.letter.clone()));
        out.put_field(4, &self.mood);
        out.put(5, &self.moods);
    }
}

impl rt::Validate for NewSeat {
    fn validate(&self, _: &mut rt::Violations) {}
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeatPatch {
    pub mood: rt::Field<Mood>,
}

impl rt::Encode for SeatPatch {
    fn encode(&self, out: &mut rt::Encoder) {
        out.put_field(4, &self.mood);
    }
}

impl rt::Validate for SeatPatch {
    fn validate(&self, _: &mut rt::Violations) {}
}

pub fn find() -> rt::Find<Seat> {
    rt::Find::new()
}

pub fn by_key(key: impl rt::IntoValue<SeatKey>) -> rt::ByKey<Seat> {
    rt::ByKey::new(key.into_value())
}

pub fn create(new: NewSeat) -> rt::Create<Seat> {
    rt::Create::new(new)
}

pub fn create_many(rows: impl IntoIterator<Item = NewSeat>) -> rt::CreateMany<Seat> {
    rt::CreateMany::new(rows)
}

pub fn letter() -> rt::Column<Seat, String> {
    rt::Column::new(&TABLE.columns[1])
}

pub fn row() -> rt::Column<Seat, i16> {
    rt::Column::new(&TABLE.columns[0])
}

pub fn mood() -> rt::Column<Seat, Mood> {
    rt::Column::new(&TABLE.columns[4])
}

pub fn moods() -> rt::Column<Seat, Option<Vec<Mood>>> {
    rt::Column::new(&TABLE.columns[5])
}

pub fn next() -> rt::OptionalBelongsTo<Seat, Seat> {
    rt::OptionalBelongsTo::new(&TABLE.relations[0])
}

pub fn before() -> rt::HasMany<Seat, Seat> {
    rt::HasMany::new(&TABLE.relations[1])
}
