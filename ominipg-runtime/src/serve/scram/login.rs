use super::verifier::{Key, Verifier};

/// Who may log in, and with what.
#[derive(Debug)]
pub(in crate::serve) struct Login {
    user: String,
    verifier: Verifier,
    /// What the questions to users who do not exist are made from.
    mock_secret: Secret,
}

struct Secret(Key);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Login {
    pub(in crate::serve) fn new(user: &str, verifier: Verifier) -> Result<Self, getrandom::Error> {
        let mut mock_secret = Secret(Key::default());
        getrandom::fill(&mut mock_secret.0)?;
        Ok(Self { user: user.to_owned(), verifier, mock_secret })
    }

    /// What a user is asked with; both kinds are made in every case, so that the time tells nothing.
    pub(in crate::serve) fn verifier(&self, user: &str) -> Verifier {
        let mock = self.verifier.mock(&self.mock_secret.0, user);
        if user == self.user { self.verifier.clone() } else { mock }
    }
}
