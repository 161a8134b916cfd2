//! oliphaunt-wasix, through its asynchronous handle.
//!
//! Its own statements are parsed anew at each call. So that it has what the others have, the protocol is spoken
//! through it: statements prepared once, binary values both ways.

use std::ops::Range;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use oliphaunt_wasix::AsyncOliphaunt;
use postgres_protocol::message::backend::{DataRowBody, Message};
use postgres_protocol::message::frontend;
use tokio_postgres::types::{FromSql, IsNull, Type};

use crate::Result;
use crate::db::NewPlane;
use crate::plane::{Columns, Param};
use crate::sql::{Decode, Fields, Sql};
use crate::statement::{self, Statement};

/// An open database.
pub struct Oliphaunt {
    database: AsyncOliphaunt,
    prepared: Vec<&'static str>,
}

impl Oliphaunt {
    pub async fn open() -> Result<Self> {
        Ok(Self { database: AsyncOliphaunt::open().await?, prepared: Vec::new() })
    }

    pub async fn execute(&self, sql: &str) -> Result<()> {
        self.database.exec(sql).await?;
        Ok(())
    }

    pub async fn copy(&self, sql: &str, data: &[u8]) -> Result<()> {
        let mut request = BytesMut::new();
        frontend::query(sql, &mut request)?;
        frontend::CopyData::new(data)?.write(&mut request);
        frontend::copy_done(&mut request);
        Answer::read(self.database.exec_protocol_raw(request).await?, &[])?;
        Ok(())
    }

    pub async fn close(self) -> Result<()> {
        Ok(self.database.close().await?)
    }

    async fn call(&mut self, statement: &Statement, params: &[Param<'_>]) -> Result<Answer> {
        let mut request = BytesMut::new();
        if !self.prepared.contains(&statement.name) {
            let types = statement.params.iter().map(Type::oid);
            frontend::parse(statement.name, statement.sql, types, &mut request)?;
            self.prepared.push(statement.name);
        }
        let values = params.iter().zip(statement.params);
        let encode = |(value, ty): (&Param<'_>, &Type), out: &mut BytesMut| {
            Ok(match value.to_sql_checked(ty, out)? {
                IsNull::Yes => postgres_protocol::IsNull::Yes,
                IsNull::No => postgres_protocol::IsNull::No,
            })
        };
        frontend::bind("", statement.name, [1], values, encode, [1], &mut request)
            .map_err(|_| "the parameters cannot be encoded")?;
        frontend::execute("", 0, &mut request)?;
        frontend::sync(&mut request);
        Answer::read(self.database.exec_protocol_raw(request).await?, statement.columns)
    }
}

impl Sql for Oliphaunt {
    async fn rows<T: Decode>(&mut self, statement: &Statement, params: &[Param<'_>]) -> Result<Vec<T>> {
        self.call(statement, params).await?.rows.iter().map(T::decode).collect()
    }

    async fn insert_many(&mut self, planes: Vec<NewPlane>) -> Result<u64> {
        Ok(self.call(&statement::INSERT_MANY, &Columns::of(&planes).params()).await?.changed)
    }
}

/// What a statement gave.
#[derive(Default)]
struct Answer {
    rows: Vec<Line>,
    changed: u64,
}

impl Answer {
    fn read(bytes: Vec<u8>, columns: &'static [Type]) -> Result<Self> {
        let mut bytes = BytesMut::from(bytes.as_slice());
        let mut answer = Self::default();
        while let Some(message) = Message::parse(&mut bytes)? {
            match message {
                Message::DataRow(row) => answer.rows.push(Line::new(row, columns)?),
                Message::CommandComplete(end) => {
                    answer.changed =
                        end.tag()?.rsplit(' ').next().and_then(|count| count.parse().ok()).unwrap_or(0);
                }
                Message::ErrorResponse(error) => {
                    let fields: Vec<String> = error
                        .fields()
                        .map(|field| Ok(String::from_utf8_lossy(field.value_bytes()).into_owned()))
                        .collect()?;
                    return Err(fields.join(" ").into());
                }
                _ => {}
            }
        }
        Ok(answer)
    }
}

/// A row as it came.
struct Line {
    body: DataRowBody,
    ranges: Vec<Option<Range<usize>>>,
    columns: &'static [Type],
}

impl Line {
    fn new(body: DataRowBody, columns: &'static [Type]) -> Result<Self> {
        let ranges = body.ranges().collect()?;
        Ok(Self { body, ranges, columns })
    }
}

impl Fields for Line {
    fn get<'a, T: FromSql<'a>>(&'a self, column: usize) -> Result<T> {
        let value = self.ranges[column].clone().map(|range| &self.body.buffer()[range]);
        T::from_sql_nullable(&self.columns[column], value)
    }
}
