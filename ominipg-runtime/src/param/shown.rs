use std::fmt::{self, Write};

use tokio_postgres::types::{FromSql, Type};
use uuid::Uuid;

use super::{Param, Params};

/// How much of a value is shown.
const LONGEST: usize = 100;
/// What stands in the place of a value that is not shown.
const HIDDEN: &str = "…";

/// Parameters as a log shows them.
pub(super) struct ShownParams<'a>(pub(super) Params<'a>);

impl fmt::Display for ShownParams<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        match self.0 {
            Params::Ready(params) => list.entries(params.iter().map(Shown)),
            Params::Inferred(values) => list.entries(values.iter().map(Cut)),
        };
        list.finish()
    }
}

pub(super) struct Shown<'a>(pub(super) &'a Param);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Param { ty, value, open } = self.0;
        let Some(bytes) = value.as_deref().filter(|_| *open) else {
            return f.write_str(if *open { "NULL" } else { HIDDEN });
        };
        fn as_text<'a, T: FromSql<'a> + ToString>(ty: &Type, bytes: &'a [u8]) -> Option<String> {
            T::from_sql(ty, bytes).ok().map(|value| value.to_string())
        }
        let text = match *ty {
            Type::BOOL => as_text::<bool>(ty, bytes),
            Type::INT2 => as_text::<i16>(ty, bytes),
            Type::INT4 => as_text::<i32>(ty, bytes),
            Type::INT8 => as_text::<i64>(ty, bytes),
            Type::FLOAT4 => as_text::<f32>(ty, bytes),
            Type::FLOAT8 => as_text::<f64>(ty, bytes),
            Type::NUMERIC => as_text::<rust_decimal::Decimal>(ty, bytes),
            Type::UUID => as_text::<Uuid>(ty, bytes),
            Type::TIMESTAMPTZ => as_text::<jiff::Timestamp>(ty, bytes),
            Type::DATE => as_text::<jiff::civil::Date>(ty, bytes),
            Type::TIME => as_text::<jiff::civil::Time>(ty, bytes),
            Type::JSON | Type::JSONB => as_text::<serde_json::Value>(ty, bytes),
            Type::TEXT | Type::VARCHAR => std::str::from_utf8(bytes).ok().map(|text| format!("{text:?}")),
            _ => None,
        };
        match text {
            Some(text) => cut(&text, f),
            None => write!(f, "{ty} of {} bytes", bytes.len()),
        }
    }
}

struct Cut<T>(T);

impl<T: fmt::Debug> fmt::Debug for Cut<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        cut(&format!("{:?}", self.0), f)
    }
}

/// Writes the beginning of a text.
fn cut(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            f.write_str(&text[..end])?;
            f.write_char('…')
        }
        None => f.write_str(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_may_be_seen() {
        let open =
            |value: &dyn tokio_postgres::types::ToSql, ty: Type| Param::encode_at(0, value, &ty).unwrap();
        let params = [
            open(&-7_i32, Type::INT4),
            open(&"é \" x", Type::TEXT),
            open(&None::<i64>, Type::INT8),
            open(&vec![1_i32, 2], Type::INT4_ARRAY),
            open(&Uuid::nil(), Type::UUID),
            Param::text("secret"),
            Param::count(3),
        ];
        let shown = Params::Ready(&params).shown().to_string();
        let nil = Uuid::nil();
        assert_eq!(shown, format!("[-7, \"é \\\" x\", NULL, _int4 of 36 bytes, {nil}, …, 3]"));
        let long = "é".repeat(1_000);
        let shown = Params::Inferred(&[&long, &1_i64]).shown().to_string();
        assert!(shown.ends_with("é…, 1]") && shown.chars().count() < 120, "{shown}");
    }
}
