//! Checked access to the guest's memory.

use std::marker::PhantomData;

use wasmtime::{AsContextMut, Memory};

use super::errno::{Errno, Result};
use crate::embedded::host::Host;

/// The guest's memory during one call.
///
/// No reference to the whole of it ever exists: two words in it are set by other threads while the guest runs (see
/// `interrupts`), so that each access borrows its own range alone, and none that touches those words.
pub(in crate::embedded) struct Guest<'a> {
    base: *mut u8,
    len: usize,
    reserved: [u32; 2],
    store: PhantomData<&'a mut ()>,
}

/// The size of a reserved word, in bytes.
const WORD: u64 = 4;

impl<'a> Guest<'a> {
    /// The memory of the engine in `store`.
    pub(in crate::embedded) fn new(store: &'a mut impl AsContextMut<Data = Host>) -> Self {
        let store = store.as_context_mut();
        let (memory, reserved) = (store.data().memory(), store.data().reserved);
        Self { base: memory.data_ptr(&store), len: memory.data_size(&store), reserved, store: PhantomData }
    }

    /// The memory and the state of the engine in `store`.
    pub(in crate::embedded) fn with_host(
        store: &'a mut impl AsContextMut<Data = Host>,
    ) -> (Self, &'a mut Host) {
        let mut context = store.as_context_mut();
        let (memory, reserved): (Memory, _) = (context.data().memory(), context.data().reserved);
        let (base, len) = (memory.data_ptr(&context), memory.data_size(&context));
        let host: *mut Host = context.data_mut();
        // SAFETY: the store is borrowed for 'a, and its state lies apart from the guest's memory, which `Guest` alone
        // reaches for as long.
        #[allow(unsafe_code)]
        let host = unsafe { &mut *host };
        (Self { base, len, reserved, store: PhantomData }, host)
    }

    fn check(&self, at: u32, len: u32) -> Result<usize> {
        let (start, end) = (u64::from(at), u64::from(at) + u64::from(len));
        let reserved = |word: &u32| start < u64::from(*word) + WORD && u64::from(*word) < end;
        if end > self.len as u64 || (len > 0 && self.reserved.iter().any(reserved)) {
            return Err(Errno::FAULT);
        }
        Ok(at as usize)
    }

    pub(in crate::embedded) fn bytes(&self, at: u32, len: u32) -> Result<&[u8]> {
        let at = self.check(at, len)?;
        // SAFETY: the range lies in the memory, which neither moves nor shrinks while the store is borrowed, and does
        // not touch the words that other threads write.
        #[allow(unsafe_code)]
        Ok(unsafe { std::slice::from_raw_parts(self.base.add(at), len as usize) })
    }

    pub(in crate::embedded) fn bytes_mut(&mut self, at: u32, len: u32) -> Result<&mut [u8]> {
        let at = self.check(at, len)?;
        // SAFETY: as in `bytes`; `self` is borrowed, so that no other range is.
        #[allow(unsafe_code)]
        Ok(unsafe { std::slice::from_raw_parts_mut(self.base.add(at), len as usize) })
    }

    /// The size of the memory, in bytes.
    pub(in crate::embedded) fn len(&self) -> usize {
        self.len
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

    /// The text at `at` up to its terminating zero, if it is no longer than `most` bytes.
    pub(in crate::embedded) fn c_string(&self, at: u32, most: u32) -> Result<&str> {
        let room = (self.len as u64).saturating_sub(u64::from(at)).min(u64::from(most)) as u32;
        let bytes = self.bytes(at, room)?;
        let end = bytes.iter().position(|&byte| byte == 0).ok_or(Errno::INVAL)?;
        std::str::from_utf8(&bytes[..end]).map_err(|_| Errno::INVAL)
    }

    /// The (address, length) pairs of a scatter or gather list.
    pub(in crate::embedded) fn vectors(&self, at: u32, count: u32) -> Result<Vec<(u32, u32)>> {
        // Callers pass at most 1024 (IOV_MAX); the bound keeps a corrupt count from allocating.
        if count > 1024 {
            return Err(Errno::INVAL);
        }
        (0..count)
            .map(|i| {
                let pair = at.checked_add(i * 8).ok_or(Errno::FAULT)?;
                Ok((self.read_u32(pair)?, self.read_u32(pair.checked_add(4).ok_or(Errno::FAULT)?)?))
            })
            .collect()
    }
}
