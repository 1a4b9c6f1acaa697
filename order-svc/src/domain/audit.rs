//! What operators did to orders that are not theirs.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Actor, Change};

/// An item that an operator moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorAction {
    /// Id; that of its entry on the timeline.
    pub id: Uuid,
    /// The item.
    pub item_id: Uuid,
    /// The operator.
    pub operator_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Where the item stood; as it was written, for a later build may know more.
    pub from: String,
    /// Where it stands since.
    pub to: String,
    /// Why, when the operator said so.
    pub reason: Option<String>,
}

impl Change {
    /// What an operator did, item by item; nothing when the change is somebody else's.
    pub fn operator_actions(&self) -> impl Iterator<Item = OperatorAction> {
        self.entries.iter().filter_map(|entry| {
            let Actor::Admin(operator_id) = entry.actor else {
                return None;
            };
            let item_id = entry.item_id?;
            let moved = self.moved.iter().find(|moved| moved.item_id == item_id)?;
            Some(OperatorAction {
                id: entry.id,
                item_id,
                operator_id,
                at: entry.at,
                from: moved.from.as_str().to_owned(),
                to: self.to.as_str().to_owned(),
                reason: entry.reason.clone(),
            })
        })
    }
}
