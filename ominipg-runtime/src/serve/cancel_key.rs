use std::fmt;

use subtle::ConstantTimeEq;

/// What a client shows to cancel a session's statement; its session told it in `BackendKeyData`.
#[derive(Clone)]
pub(crate) struct CancelKey {
    process_id: i32,
    secret: Vec<u8>,
}

impl CancelKey {
    /// A session's number with its secret, of 4 bytes in protocol 3.0 and of up to 256 from 3.2 on.
    pub(crate) fn new(process_id: i32, secret: impl Into<Vec<u8>>) -> Self {
        Self { process_id, secret: secret.into() }
    }

    /// The number that stands for the session.
    pub(crate) fn process_id(&self) -> i32 {
        self.process_id
    }

    #[cfg(test)]
    pub(super) fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// Whether both are the same; how long this takes does not tell how much of a guessed secret is right.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        self.process_id == other.process_id && bool::from(self.secret.ct_eq(&other.secret))
    }
}

impl fmt::Debug for CancelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelKey").field("process_id", &self.process_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_matches() {
        let key = CancelKey::new(7, [1, 2, 3, 4]);
        assert!(key.matches(&CancelKey::new(7, vec![1, 2, 3, 4])));
        for other in [CancelKey::new(8, [1, 2, 3, 4]), CancelKey::new(7, [1, 2, 3, 5]), CancelKey::new(7, [])]
        {
            assert!(!key.matches(&other));
        }
        assert!(!format!("{key:?}").contains('3'), "the secret is not shown");
    }
}
