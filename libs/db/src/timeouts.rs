//! How long Postgres may take.

use std::time::Duration;

/// How long a reply may be missing beyond the time that Postgres itself gives a statement.
const GRACE: Duration = Duration::from_secs(5);

/// Limits on what a connection may take. Each is enforced by Postgres, and the time of a statement on our side as well:
/// a server or a network that has gone silent enforces nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DbTimeouts {
    /// Opening a connection.
    pub connect: Duration,
    /// One statement, and the pause between two statements of a transaction.
    pub statement: Duration,
    /// Waiting for one lock.
    pub lock: Duration,
    /// One statement of work that takes long by its nature: see [`crate::Db::for_long_statements`].
    pub long_statement: Duration,
    /// A lease that is not used: its holder is taken for dead. Far longer than any holder pauses.
    pub idle_lease: Duration,
    /// How much longer than a statement may take its reply may be missing.
    pub grace: Duration,
}

impl Default for DbTimeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            statement: Duration::from_secs(30),
            lock: Duration::from_secs(10),
            long_statement: Duration::from_secs(600),
            idle_lease: Duration::from_secs(60),
            grace: GRACE,
        }
    }
}

impl DbTimeouts {
    /// These limits for statements that take long.
    pub(crate) fn long(self) -> Self {
        Self {
            statement: self.long_statement,
            lock: self.long_statement,
            ..self
        }
    }

    /// How long the rest of a reply may be missing.
    pub(crate) fn reply(&self) -> Duration {
        self.statement.saturating_add(self.grace)
    }

    /// As settings of a session.
    ///
    /// A peer that no longer acknowledges is noticed by either side within half a minute: a session whose client has
    /// vanished would keep its locks, and a lease, for hours otherwise.
    pub(crate) fn settings(&self) -> String {
        format!(
            "set statement_timeout = {statement}; set idle_in_transaction_session_timeout = {statement};
             set lock_timeout = {lock}; set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5;
             set tcp_keepalives_count = 3; set tcp_user_timeout = 25000; set client_connection_check_interval = 5000",
            statement = self.statement.as_millis(),
            lock = self.lock.as_millis(),
        )
    }
}
