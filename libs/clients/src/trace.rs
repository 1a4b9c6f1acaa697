//! What every service tells of the events of an order: those it wrote, and what it did with those of others.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_auth::Caller;
use souk_contracts::OpenEnum;
use uuid::Uuid;
use validator::Validate;

use crate::parked::ParkedState;
use crate::{ClientError, MeshClient};

/// Most events that one answer holds; an order of a hundred lines has some three hundred.
pub const MOST_EVENTS: i64 = 1000;

/// Where a service tells which events it wrote.
pub const WRITTEN_PATH: &str = "/internal/trace/written";
/// Where a service tells what it did with events.
pub const HANDLED_PATH: &str = "/internal/trace/handled";

/// An order as order-svc tells it to an operator.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OrderStory {
    /// The order.
    pub id: Uuid,
    /// Its number for people.
    pub number: String,
    /// Where it stands.
    pub status: String,
    /// When it was placed.
    pub created_at: DateTime<Utc>,
    /// What happened, oldest first.
    pub timeline: Vec<StoryEntry>,
}

/// An entry of an order's timeline.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StoryEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// `customer`, `shop` or `admin`.
    pub actor: String,
    /// `placed`, `item_shipped` and so on.
    pub what: String,
}

/// Which written events are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
pub struct WrittenQuery {
    /// Events of this order, if one is meant.
    pub order_id: Option<Uuid>,
    /// And those that came of these requests.
    #[validate(length(max = 1000))]
    pub correlation_ids: Vec<String>,
    /// Made in one of these spans.
    #[validate(length(max = 1000))]
    pub spans: Vec<Span>,
}

/// A span of time, with both its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Its beginning.
    pub from: DateTime<Utc>,
    /// Its end.
    pub to: DateTime<Utc>,
}

/// An event that a service wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenBody {
    /// Its id.
    pub event_id: Uuid,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it is published.
    pub exchange: String,
    /// The id of the thing it is about.
    pub subject: String,
    /// The order that it names, if it names one.
    pub order_id: Option<Uuid>,
    /// When its row was written.
    pub written_at: DateTime<Utc>,
    /// When the broker had it.
    pub published_at: Option<DateTime<Utc>>,
    /// The request that began it all.
    pub correlation_id: Option<String>,
    /// The event or request just before.
    pub causation_id: Option<String>,
}

/// Which events are asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
pub struct HandledQuery {
    /// These.
    #[validate(length(max = 10000))]
    pub event_ids: Vec<Uuid>,
}

/// What a service did with events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandledBody {
    /// Those that took effect.
    pub handled: Vec<HandledEventBody>,
    /// Those that could not be handled.
    pub parked: Vec<ParkedEventBody>,
}

/// An event that took effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandledEventBody {
    /// The queue it came from.
    pub queue: String,
    /// Which one.
    pub event_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

/// An event that could not be handled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedEventBody {
    /// The queue it came from.
    pub queue: String,
    /// Which one.
    pub event_id: Uuid,
    /// When it was parked last.
    pub at: DateTime<Utc>,
    /// Where it stands.
    pub state: OpenEnum<ParkedState>,
}

/// Asks one service for its part of an order's story, on behalf of an operator.
pub struct TraceClient(MeshClient);

impl TraceClient {
    /// A client over `mesh`, which knows the address of the service.
    pub fn new(mesh: &MeshClient, operator: &Caller) -> Self {
        Self(mesh.on_behalf_of(operator))
    }

    /// The order itself, by its id or number; only order-svc knows it.
    ///
    /// # Errors
    /// `not-found`, or the service is away.
    pub async fn order(&self, order: &str) -> Result<OrderStory, ClientError> {
        self.0.get(&format!("/api/v1/orders/{order}")).await
    }

    /// The events that the service wrote, oldest first; at most [`MOST_EVENTS`].
    ///
    /// # Errors
    /// When the service is away.
    pub async fn written(&self, query: &WrittenQuery) -> Result<Vec<WrittenBody>, ClientError> {
        self.0.post(WRITTEN_PATH, query).await
    }

    /// What the service did with events.
    ///
    /// # Errors
    /// When the service is away.
    pub async fn handled(&self, query: &HandledQuery) -> Result<HandledBody, ClientError> {
        self.0.post(HANDLED_PATH, query).await
    }
}
