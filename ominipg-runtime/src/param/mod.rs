//! Parameters that are in PostgreSQL's wire format already.

mod shown;

use std::error::Error as StdError;
use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type};

use self::shown::ShownParams;

use crate::error::{Error, ErrorKind};
use crate::schema::ColumnDef;

/// One encoded parameter.
#[derive(Clone)]
pub(crate) struct Param {
    /// The type that it is encoded as.
    pub(crate) ty: Type,
    /// The bytes, or NULL.
    pub(crate) value: Option<Bytes>,
    /// Whether it may be logged; never so for a column that is write-only.
    pub(crate) open: bool,
}

impl Param {
    /// One of which nothing is known but its type.
    pub(crate) fn new(ty: Type, value: Option<Bytes>) -> Self {
        Self { ty, value, open: false }
    }

    /// Says which column it is for.
    pub(crate) fn of(self, column: &ColumnDef) -> Self {
        Self { open: !column.write_only, ..self }
    }

    /// Encodes `value` as `ty`.
    pub(crate) fn encode(value: &dyn ToSql, ty: Type) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        let mut out = BytesMut::new();
        let value = match value.to_sql_checked(&ty, &mut out)? {
            IsNull::Yes => None,
            IsNull::No => Some(out.freeze()),
        };
        Ok(Self::new(ty, value))
    }

    /// Encodes the parameter at a place, which an error names.
    pub(crate) fn encode_at(index: usize, value: &dyn ToSql, ty: &Type) -> Result<Self, Error> {
        let param = Self::encode(value, ty.clone()).map_err(|cause| parameter_error(index + 1, ty, cause))?;
        Ok(Self { open: true, ..param })
    }

    /// The value as a log shows it.
    pub(crate) fn shown(&self) -> String {
        format!("{:?}", shown::Shown(self))
    }

    /// A count of rows, as `int8`.
    pub(crate) fn count(value: u64) -> Self {
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        Self { open: true, ..Self::new(Type::INT8, Some(Bytes::copy_from_slice(&value.to_be_bytes()))) }
    }

    /// A text.
    pub(crate) fn text(value: &str) -> Self {
        Self::new(Type::TEXT, Some(Bytes::copy_from_slice(value.as_bytes())))
    }
}

/// Shows no value: parameters may be secrets, and drivers log them.
impl fmt::Debug for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ty)
    }
}

impl ToSql for Param {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match &self.value {
            Some(bytes) => {
                out.put_slice(bytes);
                Ok(IsNull::No)
            }
            None => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        self.to_sql(ty, out)
    }
}

/// The most that PostgreSQL reads as one message, 1 GB less a byte, less what a message has beside its values.
const LONGEST: usize = 0x3fff_ffff - 1024;

/// Refuses parameters that are too long for one message: PostgreSQL would end the session over it.
pub(crate) fn check_size(params: &[Param]) -> Result<(), Error> {
    let size = |param: &Param| param.value.as_ref().map_or(0, Bytes::len).saturating_add(8);
    check_total(params.iter().map(size).fold(0, usize::saturating_add))
}

fn check_total(bytes: usize) -> Result<(), Error> {
    if bytes <= LONGEST {
        return Ok(());
    }
    let message = format!(
        "the statement's parameters have {bytes} bytes, and PostgreSQL takes less than 1 GB at once: send them in \
         several rows, as a large object (`lo_from_bytea`, then `lowrite` in pieces), or by `copy_in`"
    );
    Err(Error::new(ErrorKind::Parameter, message))
}

/// The parameters of a statement: encoded, or still to be once their types are known.
#[derive(Clone, Copy)]
pub(crate) enum Params<'a> {
    /// Encoded.
    Ready(&'a [Param]),
    /// To be encoded as the types that the server infers.
    Inferred(&'a [&'a (dyn ToSql + Sync)]),
}

impl<'a> Params<'a> {
    /// The parameters as a log shows them.
    pub(crate) fn shown(self) -> impl fmt::Display + use<'a> {
        ShownParams(self)
    }

    /// The types to prepare the statement with; empty where the server infers them.
    pub(crate) fn types(&self) -> Vec<Type> {
        match self {
            Self::Ready(params) => params.iter().map(|param| param.ty.clone()).collect(),
            Self::Inferred(_) => Vec::new(),
        }
    }

    /// Whether these are the [`types`](Self::types).
    pub(crate) fn are_of(&self, types: &[Type]) -> bool {
        match self {
            Self::Ready(params) => params.iter().map(|param| &param.ty).eq(types),
            Self::Inferred(_) => types.is_empty(),
        }
    }

    /// Encodes inferred parameters as `types`; an error names the parameter.
    pub(crate) fn encode(&self, types: &[Type]) -> Result<Option<Vec<Param>>, Error> {
        let Self::Inferred(values) = self else { return Ok(None) };
        if values.len() != types.len() {
            let message =
                format!("the statement has {} parameters, {} were given", types.len(), values.len());
            return Err(Error::new(ErrorKind::Parameter, message));
        }
        let encode = |(index, (value, ty)): (usize, (&&(dyn ToSql + Sync), &Type))| {
            Param::encode_at(index, *value, ty)
        };
        values.iter().zip(types).enumerate().map(encode).collect::<Result<_, _>>().map(Some)
    }
}

fn parameter_error(number: usize, ty: &Type, cause: Box<dyn StdError + Sync + Send>) -> Error {
    let message = format!("parameter ${number} cannot be sent as `{ty}`: {cause}");
    Error::new(ErrorKind::Parameter, message).with_source(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_too_long_for_a_message() {
        assert!(check_size(&[Param::text("short"), Param::count(1)]).is_ok());
        assert!(check_total(1_000_000_000).is_ok());
        let error = check_total(1 << 30).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Parameter);
        assert!(error.to_string().contains("large object"), "{error}");
    }
}
