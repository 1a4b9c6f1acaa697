//! What every service that reads events tells of the messages it could not handle, and lets operators decide.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_auth::Caller;
use souk_contracts::{OpenEnum, StoredWord};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{ClientError, MeshClient};

/// Where a parked message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParkedCause {
    /// It cannot be read.
    Unreadable,
    /// A rule refuses it, or the database can never hold it.
    Refused,
    /// It was tried several times and failed each time.
    Failed,
    /// An operator had its type parked, which the build that met it does not know.
    UnknownType,
    /// It was delivered too often without an answer, by crashes or broken connections; the message itself may be good.
    DeliveryLimit,
}

impl StoredWord for ParkedState {
    fn word(self) -> &'static str {
        match self {
            Self::Parked => "parked",
            Self::Replaying => "replaying",
            Self::Replayed => "replayed",
            Self::Dropped => "dropped",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Parked, Self::Replaying, Self::Replayed, Self::Dropped];
        all.into_iter().find(|state| state.word() == word)
    }
}

/// A message that could not be handled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ParkedMessage)]
pub struct ParkedBody {
    /// Id.
    pub id: Uuid,
    /// The queue it came from and is replayed to.
    #[schema(example = "search-svc.catalogue")]
    pub queue: String,
    /// The event's id, as its sender said.
    #[schema(required)]
    pub event_id: Option<String>,
    /// The event's type, as its sender said.
    #[serde(rename = "type")]
    #[schema(required, example = "product.updated")]
    pub kind: Option<String>,
    /// Why it was parked.
    #[schema(example = "the envelope cannot be read: EOF while parsing a value")]
    pub reason: String,
    /// What kind of failure it was: `unreadable`, `refused`, `failed`, `unknown_type` or `delivery_limit`; `null` where it
    /// is not known.
    #[serde(default)]
    #[schema(required, example = "unreadable")]
    pub cause: Option<String>,
    /// When it was parked first.
    pub first_failed_at: DateTime<Utc>,
    /// When it was parked last.
    pub last_failed_at: DateTime<Utc>,
    /// Where it stands.
    #[schema(value_type = ParkedState)]
    pub state: OpenEnum<ParkedState>,
}

/// A parked message with what it says and what was decided about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ParkedMessageDetail)]
pub struct ParkedDetailBody {
    /// The message.
    #[serde(flatten)]
    pub message: ParkedBody,
    /// The message as it came; bytes that are no text are replaced.
    pub payload: String,
    /// Who decided what, oldest first.
    pub audit: Vec<ParkedDecisionBody>,
}

/// A decision about a parked message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ParkedDecision)]
pub struct ParkedDecisionBody {
    /// `replay` or `drop`.
    #[schema(example = "replay")]
    pub action: String,
    /// The operator.
    pub actor_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

/// Which parked messages to list, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
pub struct ParkedQuery {
    /// Of this queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 100))]
    pub queue: Option<String>,
    /// Of this event type.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 100))]
    pub kind: Option<String>,
    /// That stand so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ParkedState>,
    /// That were parked by this kind of failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<ParkedCause>,
    /// That come after this one in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Uuid>,
    /// At most so many.
    #[validate(range(min = 1, max = 101))]
    pub limit: i64,
}

/// Which queue's parked messages to decide about.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParkedQueueBody {
    /// The queue.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "search-svc.catalogue")]
    pub queue: String,
    /// Only those that were parked by this kind of failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<ParkedCause>,
}

/// A type of event that waits in a queue for a version of its service that knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = UnknownType)]
pub struct UnknownTypeBody {
    /// The queue.
    #[schema(example = "search-svc.catalogue")]
    pub queue: String,
    /// The type.
    #[serde(rename = "type")]
    #[schema(example = "product.archived")]
    pub kind: String,
    /// When it was met first.
    pub first_seen_at: DateTime<Utc>,
    /// Since when its messages are parked; `null` while the queue waits for it.
    #[schema(required)]
    pub parked_since: Option<DateTime<Utc>>,
}

/// A type of event to park from a queue.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParkTypeBody {
    /// The queue.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "search-svc.catalogue")]
    pub queue: String,
    /// The type.
    #[serde(rename = "type")]
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "product.archived")]
    pub kind: String,
}

/// How many messages a decision was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ParkedCountBody {
    /// How many.
    #[schema(example = 3)]
    pub messages: usize,
}

/// Asks one service about its parked messages, on behalf of an operator.
pub struct ParkedClient(MeshClient);

impl ParkedClient {
    /// A client over `mesh`, which knows the address of the service.
    pub fn new(mesh: &MeshClient, operator: &Caller) -> Self {
        Self(mesh.on_behalf_of(operator))
    }

    /// Lists parked messages.
    ///
    /// # Errors
    /// When the service is away.
    pub async fn list(&self, query: &ParkedQuery) -> Result<Vec<ParkedBody>, ClientError> {
        let query = serde_urlencoded::to_string(query).unwrap_or_default();
        self.0.get(&format!("/internal/parked?{query}")).await
    }

    /// Shows one.
    ///
    /// # Errors
    /// `not-found`, or the service is away.
    pub async fn get(&self, id: Uuid) -> Result<ParkedDetailBody, ClientError> {
        self.0.get(&format!("/internal/parked/{id}")).await
    }

    /// Sends one to its queue again.
    ///
    /// # Errors
    /// `not-found`, `already-settled`, or the service is away.
    pub async fn replay(&self, id: Uuid) -> Result<ParkedBody, ClientError> {
        self.0.post(&format!("/internal/parked/{id}/replay"), &()).await
    }

    /// Sends all that wait of one queue again.
    ///
    /// # Errors
    /// When the service is away.
    pub async fn replay_all(&self, queue: &ParkedQueueBody) -> Result<ParkedCountBody, ClientError> {
        self.0.post("/internal/parked/replay", queue).await
    }

    /// Gives all that wait of one queue up.
    ///
    /// # Errors
    /// When the service is away.
    pub async fn give_all_up(&self, queue: &ParkedQueueBody) -> Result<ParkedCountBody, ClientError> {
        self.0.post("/internal/parked/drop", queue).await
    }

    /// Lists the types that its queues wait for.
    ///
    /// # Errors
    /// When the service is away.
    pub async fn unknown_types(&self) -> Result<Vec<UnknownTypeBody>, ClientError> {
        self.0.get("/internal/parked/types").await
    }

    /// Has a type of a queue parked.
    ///
    /// # Errors
    /// `type-not-awaited`, or the service is away.
    pub async fn park_type(&self, wanted: &ParkTypeBody) -> Result<UnknownTypeBody, ClientError> {
        self.0.post("/internal/parked/types", wanted).await
    }

    /// Gives one up.
    ///
    /// # Errors
    /// `not-found`, `already-settled`, or the service is away.
    pub async fn give_up(&self, id: Uuid) -> Result<ParkedBody, ClientError> {
        self.0.delete(&format!("/internal/parked/{id}")).await
    }
}
