use bytes::{Buf, BufMut, BytesMut};

use super::slot::{Elements, Slot};
use crate::error::{Error, ErrorKind};
use crate::param::Param;
use crate::schema::SqlType;

/// All values of a scalar column as one array parameter.
pub(crate) fn array_param(element: SqlType, slot: &Slot) -> Result<Param, Error> {
    build(element, slot.count(), slot.has_nulls(), slot.raw())
}

/// The values of an array column: PostgreSQL has no arrays of arrays of different lengths, so they are sent as one
/// flat array and the bounds of each row's part.
pub(crate) struct Slices {
    /// The elements of all rows.
    pub(crate) elements: Param,
    /// The first element's position of each row, counted from 1; NULL where the row's array is NULL.
    pub(crate) lower: Param,
    /// The last element's position of each row; before the first one where the array is empty.
    pub(crate) upper: Param,
}

/// All values of an array column.
pub(crate) fn slices(element: SqlType, slot: &Slot) -> Result<Slices, Error> {
    let (mut flat, mut lower, mut upper) = (BytesMut::new(), BytesMut::new(), BytesMut::new());
    let (mut count, mut nulls) = (0_i32, false);
    for array in slot.elements() {
        let Some(array) = array else {
            lower.put_i32(-1);
            upper.put_i32(-1);
            continue;
        };
        let (length, elements) = open(array)?;
        nulls |= Elements(elements).any(|element| element.is_none());
        flat.put_slice(elements);
        let end = count.checked_add(length).ok_or_else(too_large)?;
        for (bounds, bound) in [(&mut lower, count + 1), (&mut upper, end)] {
            bounds.put_i32(4);
            bounds.put_i32(bound);
        }
        count = end;
    }
    let bounds_nulls = slot.has_nulls();
    Ok(Slices {
        elements: build(element, usize::try_from(count).unwrap_or(0), nulls, &flat)?,
        lower: build(SqlType::Int4, slot.count(), bounds_nulls, &lower)?,
        upper: build(SqlType::Int4, slot.count(), bounds_nulls, &upper)?,
    })
}

/// The length of a one-dimensional array on the wire, and its elements.
fn open(mut array: &[u8]) -> Result<(i32, &[u8]), Error> {
    let malformed = || Error::new(ErrorKind::Parameter, "an array column takes arrays of one dimension");
    if array.len() < 12 {
        return Err(malformed());
    }
    let dimensions = array.get_i32();
    array.advance(8);
    match dimensions {
        0 => Ok((0, &[])),
        1 if array.len() >= 8 => {
            let length = array.get_i32();
            array.advance(4);
            Ok((length, array))
        }
        _ => Err(malformed()),
    }
}

fn build(element: SqlType, count: usize, nulls: bool, elements: &[u8]) -> Result<Param, Error> {
    let length = i32::try_from(count).map_err(|_| too_large())?;
    let mut out = BytesMut::with_capacity(20 + elements.len());
    out.put_i32(i32::from(count > 0));
    out.put_i32(i32::from(nulls));
    out.put_u32(element.wire().oid());
    if count > 0 {
        out.put_i32(length);
        out.put_i32(1);
        out.put_slice(elements);
    }
    Ok(Param::new(element.array_wire(), Some(out.freeze())))
}

fn too_large() -> Error {
    Error::new(ErrorKind::Parameter, "an array parameter has more than 2,147,483,647 elements")
}
