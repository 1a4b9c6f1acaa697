//! Messages that could not be handled: kept in a table, so that looking at them disturbs no queue.
//!
//! The [`ParkedKeeper`] drains `<queue>.parked` into the table and sends what an operator wants replayed to the queue
//! that it came from, to no other. A replay is noted first and sent after, so it is sent at least once; the inbox
//! makes its effect happen once.

mod decide;
mod keeper;
mod store;

use chrono::{DateTime, Utc};
use souk_contracts::{OpenEnum, StoredWord};
use uuid::Uuid;

pub use decide::{ParkedError, drop_all_parked, drop_parked, replay_all_parked, replay_parked};
pub use keeper::ParkedKeeper;
pub use store::{ParkedFilter, audit_of_parked, count_parked, find_parked, list_parked, parked_events};

/// Where a parked message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParkedState {
    /// It waits for a decision.
    Parked,
    /// It is on its way back to its queue.
    Replaying,
    /// It was sent to its queue again.
    Replayed,
    /// It was given up.
    Dropped,
}

/// What kind of failure parked a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParkedCause {
    /// It cannot be read.
    Unreadable,
    /// A rule refuses it, or the database can never hold it.
    Refused,
    /// It was tried several times and failed each time.
    Failed,
    /// Its type is unknown to the build that met it, and an operator had the type parked.
    UnknownType,
    /// It was delivered too often without an answer: by crashes or broken connections. The message itself may be good.
    DeliveryLimit,
}

/// A message that could not be handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedMessage {
    /// Id of the row; UUIDv7, so ids are in the order of parking, across services too.
    pub id: Uuid,
    /// The queue it came from and goes back to.
    pub queue: String,
    /// The event's id, as the sender said.
    pub event_id: Option<String>,
    /// The event's type, as the sender said.
    pub kind: Option<String>,
    /// Why it was parked.
    pub reason: String,
    /// The name of a [`ParkedCause`], or of one that only a later build knows; earlier builds wrote none.
    pub cause: Option<String>,
    /// The sender's trace context.
    pub traceparent: Option<String>,
    /// The message itself; JSON unless that is what was wrong with it.
    pub payload: Vec<u8>,
    /// When it was parked first.
    pub first_failed_at: DateTime<Utc>,
    /// When it was parked last.
    pub last_failed_at: DateTime<Utc>,
    /// Where it stands.
    pub state: OpenEnum<ParkedState>,
}

/// A decision about a parked message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedDecision {
    /// `replay` or `drop`.
    pub action: String,
    /// The operator.
    pub actor_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

impl ParkedState {
    const ALL: [Self; 4] = [Self::Parked, Self::Replaying, Self::Replayed, Self::Dropped];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parked => "parked",
            Self::Replaying => "replaying",
            Self::Replayed => "replayed",
            Self::Dropped => "dropped",
        }
    }
}

impl StoredWord for ParkedState {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

impl ParkedCause {
    const ALL: [Self; 5] = [
        Self::Unreadable,
        Self::Refused,
        Self::Failed,
        Self::UnknownType,
        Self::DeliveryLimit,
    ];

    /// The name on the wire and in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::UnknownType => "unknown_type",
            Self::DeliveryLimit => "delivery_limit",
        }
    }

    /// The cause of that name; a later build may know more of them.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == name)
    }
}
