use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::error::SqlState;

use super::DATABASE;
use super::refusal::Refusal;
use super::scram::Login;
use super::startup::Startup;

/// Whom a server lets in.
#[derive(Debug)]
pub(super) struct Door {
    /// The one name that clients log in with.
    pub(super) user: String,
    /// `None` where no password is asked for.
    pub(super) login: Option<Login>,
    /// How long a client may take to log in.
    pub(super) authentication_timeout: Duration,
    pub(super) max_connections: usize,
    /// One for each client that is let in.
    pub(super) free: Arc<Semaphore>,
}

impl Door {
    /// Refuses a user that does not exist, where no password is asked for: else a wrong password is all that is told.
    pub(super) fn check_user(&self, user: &str) -> Result<(), Refusal> {
        if user == self.user {
            return Ok(());
        }
        let message = format!("role \"{user}\" does not exist");
        let hint = format!("log in as \"{}\"", self.user);
        Err(Refusal::new(SqlState::INVALID_AUTHORIZATION_SPECIFICATION, message).hint(hint))
    }

    /// Refuses what this server has not, to a client that has shown who it is.
    pub(super) fn check_target(&self, startup: &Startup) -> Result<(), Refusal> {
        if startup.is_replication() {
            let message = "an embedded database does not serve replication";
            return Err(Refusal::new(SqlState::FEATURE_NOT_SUPPORTED, message));
        }
        // Clients that name no database ask for one with the user's name.
        if startup.database() == DATABASE || startup.database() == self.user {
            return Ok(());
        }
        let message = format!("database \"{}\" does not exist", startup.database());
        let hint = format!("this server has one database, \"{DATABASE}\"");
        Err(Refusal::new(SqlState::UNDEFINED_DATABASE, message).hint(hint))
    }

    /// A place among the connections, kept until the permit is dropped.
    pub(super) fn admit(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        Arc::clone(&self.free).try_acquire_owned().map_err(|_| {
            let hint = format!("`ServeOptions::max_connections` lets in {}", self.max_connections);
            Refusal::new(SqlState::TOO_MANY_CONNECTIONS, "sorry, too many clients already").hint(hint)
        })
    }
}
