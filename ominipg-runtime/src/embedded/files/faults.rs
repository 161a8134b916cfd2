//! Failures on demand, for tests: the n-th operation on a host folder fails. Outside of tests there is nothing here.

#[cfg(all(test, unix))]
mod plan;
#[cfg(all(test, unix))]
mod undo;

#[cfg(not(all(test, unix)))]
pub(in crate::embedded) use self::none::Faults;
#[cfg(all(test, unix))]
pub(in crate::embedded) use self::plan::{Fault, Faults};

#[cfg(not(all(test, unix)))]
mod none {
    use std::fs::File;

    use cap_std::fs::Dir;

    use crate::embedded::wasi::errno::Result;

    /// The failures of a folder: none. Each function is asked before what it is named after.
    #[derive(Clone)]
    pub(in crate::embedded) struct Faults;

    impl Faults {
        pub(in crate::embedded::files) fn none() -> Self {
            Self
        }

        pub(in crate::embedded::files) fn create(&self, _: &Dir, _: &str) -> Result<()> {
            Ok(())
        }

        pub(in crate::embedded::files) fn remove(&self, _: &Dir, _: &str) -> Result<()> {
            Ok(())
        }

        pub(in crate::embedded::files) fn rename(&self, _: &Dir, _: &str, _: &str) -> Result<()> {
            Ok(())
        }

        /// Tells how many bytes are let through.
        pub(in crate::embedded::files) fn write(&self, _: &File, _: u64, len: usize) -> Result<usize> {
            Ok(len)
        }

        pub(in crate::embedded::files) fn resize(&self, _: &File, _: u64) -> Result<()> {
            Ok(())
        }

        /// Tells whether the disk is to be waited for.
        pub(in crate::embedded::files) fn sync(&self, _: &File) -> Result<bool> {
            Ok(true)
        }

        /// The same, of the names in a directory.
        pub(in crate::embedded::files) fn sync_directory(&self, _: &str) -> Result<bool> {
            Ok(true)
        }
    }
}
