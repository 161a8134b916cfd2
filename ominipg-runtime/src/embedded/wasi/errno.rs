//! WASI error numbers, as far as the host answers them.

/// A WASI error number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::embedded) struct Errno(pub(in crate::embedded) u16);

pub(in crate::embedded) type Result<T> = std::result::Result<T, Errno>;

impl Errno {
    pub(in crate::embedded) const ACCES: Self = Self(2);
    pub(in crate::embedded) const BADF: Self = Self(8);
    pub(in crate::embedded) const EXIST: Self = Self(20);
    pub(in crate::embedded) const FAULT: Self = Self(21);
    pub(in crate::embedded) const FBIG: Self = Self(22);
    pub(in crate::embedded) const INVAL: Self = Self(28);
    pub(in crate::embedded) const IO: Self = Self(29);
    pub(in crate::embedded) const ISDIR: Self = Self(31);
    pub(in crate::embedded) const MFILE: Self = Self(33);
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
            K::InvalidInput => Self::INVAL,
            K::NotADirectory => Self::NOTDIR,
            K::IsADirectory => Self::ISDIR,
            K::DirectoryNotEmpty => Self::NOTEMPTY,
            K::ReadOnlyFilesystem => Self::ROFS,
            K::StorageFull | K::QuotaExceeded => Self::NOSPC,
            K::FileTooLarge => Self::FBIG,
            K::CrossesDevices => Self::XDEV,
            K::OutOfMemory => Self::NOMEM,
            K::Unsupported => Self::NOTSUP,
            _ => Self::IO,
        }
    }
}
