//! What can be wrong with settings, and what the failures of calls mean.

use std::str::FromStr;

use elasticsearch::http::Url;
use elasticsearch::http::transport::BuildError;
use serde_json::Value;
use uuid::Uuid;

use crate::index::IndexError;

/// More of a reason of the server is not passed on: it may quote the document.
const MAX_REASON_CHARS: usize = 500;

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The address is none.
    #[error("ELASTICSEARCH_URL is not an address")]
    Address(#[source] <Url as FromStr>::Err),
    /// The address would show a password in messages.
    #[error("ELASTICSEARCH_URL holds a user or password: they belong in variables of their own")]
    PasswordInAddress,
    /// The server would refuse the names.
    #[error("no index of Elasticsearch can have a name that begins with {0:?}")]
    Prefix(String),
    /// The HTTP client cannot be made.
    #[error("the client of Elasticsearch cannot be made")]
    Client(#[from] BuildError),
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server cannot be reached or is overloaded.
    #[error("{0}")]
    Unavailable(String),
    /// The server refused the request.
    #[error("Elasticsearch answered {status} {kind}: {reason}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The server's name of the error.
        kind: String,
        /// Its explanation.
        reason: String,
    },
    /// The answer is not what this version of the server should give.
    #[error("an answer of Elasticsearch cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

impl ClientError {
    /// Of a search of the active index.
    pub fn in_search(self) -> IndexError {
        match self {
            Self::Refused { status: 404, .. } => IndexError::NotBuilt,
            other => other.into(),
        }
    }

    /// Of a search of a point in time.
    pub fn in_snapshot(self) -> IndexError {
        match self {
            Self::Refused { status: 404, .. } => IndexError::SnapshotExpired,
            other => other.into(),
        }
    }

    /// Of a change of an index.
    pub fn in_index(self, id: Uuid) -> IndexError {
        match self {
            Self::Refused { status: 404, .. } => IndexError::NoSuchIndex(id),
            other => other.into(),
        }
    }
}

impl From<ClientError> for IndexError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Unavailable(reason) => Self::Unavailable(reason),
            other => Self::failed(other),
        }
    }
}

/// Whatever keeps an answer from coming is taken for an outage. Only its source says what it was.
pub fn unavailable(error: &elasticsearch::Error) -> ClientError {
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        reason = format!("{reason}: {cause}");
        source = cause.source();
    }
    ClientError::Unavailable(reason)
}

pub fn refused(status: u16, body: &Value) -> ClientError {
    let error = body.get("error").unwrap_or(body);
    // The outer error of a search only says that all shards failed.
    let cause = error.pointer("/root_cause/0").unwrap_or(error);
    let text = |name| cause.get(name).and_then(Value::as_str).unwrap_or_default();
    let error = ClientError::Refused {
        status,
        kind: text("type").to_owned(),
        reason: shortened(text("reason")),
    };
    if is_overload(status) {
        ClientError::Unavailable(error.to_string())
    } else {
        error
    }
}

fn is_overload(status: u16) -> bool {
    matches!(status, 408 | 429 | 502..=504)
}

pub fn shortened(reason: &str) -> String {
    reason.chars().take(MAX_REASON_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overloaded_server_is_unavailable_and_one_that_refuses_has_failed() {
        for status in [408, 429, 502, 503, 504] {
            assert!(
                matches!(refused(status, &Value::Null), ClientError::Unavailable(_)),
                "{status}"
            );
        }
        for status in [400, 401, 403, 404, 500] {
            assert!(
                matches!(refused(status, &Value::Null), ClientError::Refused { .. }),
                "{status}"
            );
        }
    }
}
