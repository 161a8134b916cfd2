//! WASI error numbers, as far as the host answers them.

/// A WASI error number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::embedded) struct Errno(pub(in crate::embedded) u16);

pub(in crate::embedded) type Result<T> = std::result::Result<T, Errno>;

impl Errno {
    pub(in crate::embedded) const ACCES: Self = Self(2);
    pub(in crate::embedded) const BADF: Self = Self(8);
    pub(in crate::embedded) const BUSY: Self = Self(10);
    pub(in crate::embedded) const EXIST: Self = Self(20);
    pub(in crate::embedded) const FAULT: Self = Self(21);
    pub(in crate::embedded) const FBIG: Self = Self(22);
    pub(in crate::embedded) const INTR: Self = Self(27);
    pub(in crate::embedded) const INVAL: Self = Self(28);
    pub(in crate::embedded) const IO: Self = Self(29);
    pub(in crate::embedded) const ISDIR: Self = Self(31);
    pub(in crate::embedded) const LOOP: Self = Self(32);
    pub(in crate::embedded) const MFILE: Self = Self(33);
    pub(in crate::embedded) const NAMETOOLONG: Self = Self(37);
    #[cfg(unix)]
    pub(in crate::embedded) const NFILE: Self = Self(41);
    pub(in crate::embedded) const NOENT: Self = Self(44);
    pub(in crate::embedded) const NOMEM: Self = Self(48);
    pub(in crate::embedded) const NOSPC: Self = Self(51);
    pub(in crate::embedded) const NOSYS: Self = Self(52);
    pub(in crate::embedded) const NOTDIR: Self = Self(54);
    pub(in crate::embedded) const NOTEMPTY: Self = Self(55);
    pub(in crate::embedded) const NOTSUP: Self = Self(58);
    pub(in crate::embedded) const PERM: Self = Self(63);
    pub(in crate::embedded) const RANGE: Self = Self(68);
    pub(in crate::embedded) const ROFS: Self = Self(69);
    pub(in crate::embedded) const SPIPE: Self = Self(70);
    pub(in crate::embedded) const SRCH: Self = Self(71);
    pub(in crate::embedded) const XDEV: Self = Self(75);
    pub(in crate::embedded) const AGAIN: Self = Self(6);
}

impl From<std::io::Error> for Errno {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind as K;
        match error.kind() {
            K::NotFound => Self::NOENT,
            K::PermissionDenied => Self::ACCES,
            K::AlreadyExists => Self::EXIST,
            K::WouldBlock => Self::AGAIN,
            K::Interrupted => Self::INTR,
            K::InvalidInput => Self::INVAL,
            K::InvalidFilename => Self::NAMETOOLONG,
            K::NotADirectory => Self::NOTDIR,
            K::IsADirectory => Self::ISDIR,
            K::DirectoryNotEmpty => Self::NOTEMPTY,
            K::ReadOnlyFilesystem => Self::ROFS,
            K::ResourceBusy => Self::BUSY,
            // PostgreSQL speaks of a full disk in both cases, and of nothing that it knows in any other.
            K::StorageFull | K::QuotaExceeded => Self::NOSPC,
            K::FileTooLarge => Self::FBIG,
            K::CrossesDevices => Self::XDEV,
            K::OutOfMemory => Self::NOMEM,
            K::Unsupported => Self::NOTSUP,
            _ => unnamed(&error),
        }
    }
}

/// The standard library has no kind for these; PostgreSQL closes files of its own and tries again when there are too many.
#[cfg(unix)]
fn unnamed(error: &std::io::Error) -> Errno {
    // The numbers are the same on Linux, macOS and the BSDs.
    const TOO_MANY_IN_SYSTEM: i32 = 23;
    const TOO_MANY_IN_PROCESS: i32 = 24;
    match error.raw_os_error() {
        Some(TOO_MANY_IN_SYSTEM) => Errno::NFILE,
        Some(TOO_MANY_IN_PROCESS) => Errno::MFILE,
        _ => Errno::IO,
    }
}

#[cfg(not(unix))]
fn unnamed(error: &std::io::Error) -> Errno {
    const ERROR_TOO_MANY_OPEN_FILES: i32 = 4;
    match error.raw_os_error() {
        Some(ERROR_TOO_MANY_OPEN_FILES) => Errno::MFILE,
        _ => Errno::IO,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::Errno;

    #[test]
    fn what_postgresql_acts_upon_keeps_its_number() {
        let cases = [
            (ErrorKind::StorageFull, Errno::NOSPC),
            (ErrorKind::QuotaExceeded, Errno::NOSPC),
            (ErrorKind::ReadOnlyFilesystem, Errno::ROFS),
            (ErrorKind::Interrupted, Errno::INTR),
            (ErrorKind::Other, Errno::IO),
        ];
        for (kind, errno) in cases {
            assert_eq!(Errno::from(Error::from(kind)), errno, "{kind:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn numbers_of_the_system_keep_their_meaning() {
        // EPERM, ENOENT, EIO, ENFILE, EMFILE, ENOSPC, EROFS.
        let cases = [
            (1, Errno::ACCES),
            (2, Errno::NOENT),
            (5, Errno::IO),
            (23, Errno::NFILE),
            (24, Errno::MFILE),
            (28, Errno::NOSPC),
            (30, Errno::ROFS),
        ];
        for (raw, errno) in cases {
            assert_eq!(Errno::from(Error::from_raw_os_error(raw)), errno, "{raw}");
        }
    }
}
