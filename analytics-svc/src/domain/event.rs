//! An event as the log keeps it.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::domain::{ShopId, UserId};

/// One row of the event log.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedEvent {
    /// The event's own id; the log holds it once.
    pub id: Uuid,
    /// The routing key, `order.created`.
    pub kind: String,
    /// Who published it.
    pub source: String,
    /// The id of the thing it is about.
    pub subject: String,
    /// When it happened.
    pub time: DateTime<Utc>,
    /// `<type>/<n>`.
    pub schema: String,
    /// Counts up per subject.
    pub aggregate_version: Option<i64>,
    /// The account it is about: the customer or visitor, else the shop's owner. Gone once erased.
    pub user_id: Option<UserId>,
    /// The shop it is about, if it is about one.
    pub shop_id: Option<ShopId>,
    /// The request that began it all.
    pub correlation_id: Option<String>,
    /// The event or request just before.
    pub causation_id: Option<String>,
    /// The payload.
    pub data: Value,
}
