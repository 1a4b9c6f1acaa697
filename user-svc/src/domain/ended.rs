//! What a change has ended, to be told to the gateway.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Sessions and tokens that are over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ended {
    /// Sessions, with every token of theirs.
    pub sessions: Vec<Uuid>,
    /// A user whose tokens of before are over.
    pub user: Option<EndedUser>,
}

/// A user, and until when access tokens must have been granted to be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedUser {
    /// The user.
    pub user_id: Uuid,
    /// By the clock of the database, as when they were granted.
    pub until: DateTime<Utc>,
}
