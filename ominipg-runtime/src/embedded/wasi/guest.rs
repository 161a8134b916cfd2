//! Checked access to the guest's memory.

use super::errno::{Errno, Result};

/// The guest's memory during one call.
pub(in crate::embedded) struct Guest<'a>(pub(in crate::embedded) &'a mut [u8]);

impl Guest<'_> {
    pub(in crate::embedded) fn bytes(&self, at: u32, len: u32) -> Result<&[u8]> {
        self.0.get(at as usize..at as usize + len as usize).ok_or(Errno::FAULT)
    }

    pub(in crate::embedded) fn bytes_mut(&mut self, at: u32, len: u32) -> Result<&mut [u8]> {
        self.0.get_mut(at as usize..at as usize + len as usize).ok_or(Errno::FAULT)
    }

    pub(in crate::embedded) fn write(&mut self, at: u32, bytes: &[u8]) -> Result<()> {
        self.bytes_mut(at, bytes.len() as u32)?.copy_from_slice(bytes);
        Ok(())
    }

    pub(in crate::embedded) fn read_u32(&self, at: u32) -> Result<u32> {
        let bytes = self.bytes(at, 4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    pub(in crate::embedded) fn write_u32(&mut self, at: u32, value: u32) -> Result<()> {
        self.write(at, &value.to_le_bytes())
    }

    pub(in crate::embedded) fn write_u64(&mut self, at: u32, value: u64) -> Result<()> {
        self.write(at, &value.to_le_bytes())
    }

    pub(in crate::embedded) fn string(&self, at: u32, len: u32) -> Result<&str> {
        let bytes = self.bytes(at, len)?;
        // Some callers count the terminating zero.
        let bytes = bytes.strip_suffix(&[0]).unwrap_or(bytes);
        std::str::from_utf8(bytes).map_err(|_| Errno::INVAL)
    }

    /// The (address, length) pairs of a scatter or gather list.
    pub(in crate::embedded) fn vectors(&self, at: u32, count: u32) -> Result<Vec<(u32, u32)>> {
        // Callers pass at most 1024 (IOV_MAX); the bound keeps a corrupt count from allocating.
        if count > 1024 {
            return Err(Errno::INVAL);
        }
        (0..count).map(|i| Ok((self.read_u32(at + i * 8)?, self.read_u32(at + i * 8 + 4)?))).collect()
    }
}
