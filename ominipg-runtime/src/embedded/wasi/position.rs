//! Reading, writing and seeking in an open file: what a descriptor's position has to do with it.

use super::descriptors::{Kind, OpenFile};
use super::errno::{Errno, Result};
use crate::embedded::files::Tree;

/// Reads at `offset`, or else at the position, which moves.
pub(super) fn read(
    tree: &Tree,
    file: &mut OpenFile,
    offset: Option<u64>,
    buffer: &mut [u8],
) -> Result<usize> {
    let Kind::File(handle) = &file.kind else { return Err(Errno::BADF) };
    let n = tree.read_at(handle, valid(offset.unwrap_or(file.position))?, buffer)?;
    if offset.is_none() {
        file.position += n as u64;
    }
    Ok(n)
}

/// Writes at `offset`; or else at the end if the file is appended to, and at the position if not, which moves behind it.
pub(super) fn write(
    tree: &mut Tree,
    file: &mut OpenFile,
    offset: Option<u64>,
    bytes: &[u8],
) -> Result<usize> {
    let Kind::File(handle) = &file.kind else { return Err(Errno::BADF) };
    let at = match offset {
        Some(offset) => offset,
        None if file.append => tree.metadata(handle, &file.path)?.size,
        None => file.position,
    };
    let n = tree.write_at(handle, valid(at)?, bytes)?;
    if offset.is_none() {
        file.position = at + n as u64;
    }
    Ok(n)
}

/// Moves the position: from the start, from where it is, or from the end, whose place is `size`.
pub(super) fn seek(file: &mut OpenFile, size: u64, offset: i64, whence: u32) -> Result<u64> {
    if !matches!(file.kind, Kind::File(_)) {
        return Err(Errno::SPIPE);
    }
    let base = match whence {
        0 => 0,
        1 => file.position,
        2 => size,
        _ => return Err(Errno::INVAL),
    };
    file.position = valid(base.checked_add_signed(offset).ok_or(Errno::INVAL)?)?;
    Ok(file.position)
}

/// A position is an `off_t`: what lies beyond its end is none.
fn valid(position: u64) -> Result<u64> {
    i64::try_from(position).map(|_| position).map_err(|_| Errno::INVAL)
}
