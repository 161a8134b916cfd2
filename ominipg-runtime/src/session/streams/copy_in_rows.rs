use std::fmt;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{ToSql, Type};

use super::CopyIn;
use crate::error::{Error, ErrorKind};
use crate::param::Param;

/// What data in PostgreSQL's binary format begins with: a signature, flags, and the length of an extension.
pub(crate) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// What it ends with, in the place of a row's number of values.
pub(crate) const END: i16 = -1;

/// So much is gathered before it is sent.
const ENOUGH: usize = 32 * 1024;

/// Takes the rows of a `COPY … FROM STDIN (FORMAT binary)`: [`CopyIn::rows`].
///
/// Dropped before [`finish`](Self::finish), it aborts the COPY, as [`CopyIn`] does.
#[must_use = "without `finish` nothing is written"]
pub struct CopyInRows<'a> {
    copy: CopyIn<'a>,
    types: Vec<Type>,
    /// Whole rows that were not sent yet.
    gathered: BytesMut,
}

impl<'a> CopyInRows<'a> {
    pub(super) fn new(copy: CopyIn<'a>, types: Vec<Type>) -> Self {
        Self { copy, types, gathered: HEADER.into() }
    }

    /// Sends a row, and waits where PostgreSQL has not taken what came before.
    ///
    /// # Errors
    ///
    /// Of the kind [`ErrorKind::Parameter`] where there is not one value for each type, or a value is not of its type:
    /// then the row is left out, and others may follow. Else as [`CopyIn::send`].
    pub async fn send(&mut self, values: &[&(dyn ToSql + Sync)]) -> Result<(), Error> {
        let before = self.gathered.len();
        if let Err(error) = self.gather(values) {
            self.gathered.truncate(before);
            return Err(error);
        }
        if self.gathered.len() >= ENOUGH {
            self.copy.send(self.gathered.split()).await?;
        }
        Ok(())
    }

    fn gather(&mut self, values: &[&(dyn ToSql + Sync)]) -> Result<(), Error> {
        let count = i16::try_from(self.types.len()).ok().filter(|_| values.len() == self.types.len());
        let Some(count) = count else {
            let message =
                format!("the row has {} values, and the COPY {} columns", values.len(), self.types.len());
            return Err(Error::new(ErrorKind::Parameter, message));
        };
        self.gathered.put_i16(count);
        for (index, (value, ty)) in values.iter().zip(&self.types).enumerate() {
            let wrong = |cause: &dyn fmt::Display| {
                let message = format!("value {} of the row cannot be sent as `{ty}`: {cause}", index + 1);
                Error::new(ErrorKind::Parameter, message)
            };
            let param = Param::encode(*value, ty.clone()).map_err(|cause| wrong(&cause))?;
            match param.value {
                None => self.gathered.put_i32(-1),
                Some(bytes) => {
                    let len = i32::try_from(bytes.len()).map_err(|cause| wrong(&cause))?;
                    self.gathered.put_i32(len);
                    self.gathered.put_slice(&bytes);
                }
            }
        }
        Ok(())
    }

    /// Ends the rows, and returns how many were written.
    ///
    /// # Errors
    ///
    /// As [`CopyIn::finish`].
    pub async fn finish(mut self) -> Result<u64, Error> {
        self.gathered.put_i16(END);
        self.copy.send(self.gathered).await?;
        self.copy.finish().await
    }
}

impl fmt::Debug for CopyInRows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopyInRows").field("types", &self.types).finish_non_exhaustive()
    }
}
