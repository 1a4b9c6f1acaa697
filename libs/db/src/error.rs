//! What can go wrong between a service and its Postgres.

use diesel::result::{DatabaseErrorKind, Error as QueryError};
use diesel_async::pooled_connection::deadpool::PoolError;

/// A failure of the database, or of the way to it.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// No connection could be had in time.
    #[error("no database connection could be had")]
    Pool(#[source] PoolError),
    /// A connection could not be opened.
    #[error("the database cannot be reached")]
    Connect(#[from] diesel::ConnectionError),
    /// The connection broke while the commit was under way: it may or may not have happened.
    #[error("the outcome of the commit is unknown")]
    CommitUnknown(#[source] QueryError),
    /// Postgres refused or lost a statement.
    #[error("a statement failed")]
    Query(#[from] QueryError),
    /// The database was unavailable to a batch that this was a part of.
    #[error("the database was unavailable: {0}")]
    Unavailable(String),
    /// The work panicked, and was rolled back.
    #[error("the work was broken off")]
    BrokenOff,
}

impl DbError {
    /// Whether the cause is that Postgres is away or too slow, so that the same call may succeed later.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Pool(_) | Self::Connect(_) | Self::CommitUnknown(_) | Self::Unavailable(_) => true,
            Self::Query(error) => is_connection_loss(error) || is_out_of_service(error) || self.is_timeout(),
            Self::BrokenOff => false,
        }
    }

    /// The same failure for another who waited together with this one, when the cause is that Postgres is away.
    pub fn outage(&self) -> Option<Self> {
        let cause = std::error::Error::source(self).map(ToString::to_string);
        self.is_unavailable()
            .then(|| Self::Unavailable(cause.unwrap_or_else(|| self.to_string())))
    }

    /// Whether the statement itself is impossible, so that no repetition can succeed: a value that Postgres cannot hold,
    /// or a row that its table never allows. A violated foreign or unique key is not among them: it may be a race.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Query(QueryError::SerializationError(_)) => true,
            Self::Query(QueryError::DatabaseError(kind, info)) => match kind {
                DatabaseErrorKind::NotNullViolation | DatabaseErrorKind::CheckViolation => true,
                DatabaseErrorKind::Unknown => is_data_exception(info.message()),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether Postgres ended a statement because it took too long. It may be the statement's own fault, so what runs it
    /// again must not do so for ever.
    pub fn is_timeout(&self) -> bool {
        self.message()
            .is_some_and(|message| message.starts_with("canceling statement due to statement timeout"))
    }

    /// Whether Postgres gave this transaction up in favour of another, so that it should simply run again.
    pub fn is_contention(&self) -> bool {
        match self {
            Self::Query(QueryError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => true,
            _ => self.message().is_some_and(|message| {
                message.starts_with("deadlock detected")
                    || message.starts_with("canceling statement due to lock timeout")
            }),
        }
    }

    /// What Postgres says of an error that diesel has no name for: its code does not reach us.
    fn message(&self) -> Option<&str> {
        match self {
            Self::Query(QueryError::DatabaseError(DatabaseErrorKind::Unknown, info)) => Some(info.message()),
            _ => None,
        }
    }

    /// The name of the unique index that refused a row, if that is what happened.
    pub fn violated_unique(&self) -> Option<&str> {
        match self {
            Self::Query(QueryError::DatabaseError(DatabaseErrorKind::UniqueViolation, info)) => {
                info.constraint_name()
            }
            _ => None,
        }
    }
}

/// Postgres answers, and cannot write at all: it is a standby, or its disk is full.
fn is_out_of_service(error: &QueryError) -> bool {
    match error {
        QueryError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => true,
        QueryError::DatabaseError(DatabaseErrorKind::Unknown, info) => {
            let message = info.message();
            message.ends_with("No space left on device") || message.starts_with("cannot execute")
        }
        _ => false,
    }
}

/// The errors of class 22 that a statement of ours can meet. diesel does not expose SQLSTATE, so the message decides;
/// one that is missing here, or in another language, is retried before it is given up.
fn is_data_exception(message: &str) -> bool {
    const BEGINNINGS: [&str; 12] = [
        "invalid byte sequence for encoding",
        "unsupported Unicode escape sequence",
        "character with byte sequence",
        "value too long for type",
        "invalid input syntax for type",
        "numeric field overflow",
        "division by zero",
        "invalid regular expression",
        "null value not allowed",
        "date/time field value out of range",
        "index row",
        // Of class 21: one statement is given the same row twice, and would be again.
        "ON CONFLICT DO UPDATE command cannot affect row a second time",
    ];
    BEGINNINGS.iter().any(|beginning| message.starts_with(beginning)) || message.ends_with("out of range")
}

/// Postgres says some of its farewells only in words: their codes do not reach us through diesel.
pub(crate) fn is_connection_loss(error: &QueryError) -> bool {
    match error {
        QueryError::BrokenTransactionManager
        | QueryError::DatabaseError(
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
            _,
        ) => true,
        QueryError::DatabaseError(_, info) => {
            let message = info.message();
            message.starts_with("terminating connection")
                || message.starts_with("the database system is")
                || message.starts_with("connection closed")
                || message.starts_with("error communicating with the server")
        }
        _ => false,
    }
}
