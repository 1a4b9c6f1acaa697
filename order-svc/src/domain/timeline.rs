//! What happened to an order, and who did it.

use chrono::{DateTime, Utc};
use souk_contracts::{OpenEnum, StoredWord, UnknownWord};
use uuid::Uuid;

use super::ItemStatus;

/// Who changed an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Who ordered.
    Customer(Uuid),
    /// The owner of the shop that sends the item.
    Shop(Uuid),
    /// An operator.
    Admin(Uuid),
    /// A part that only a later build knows.
    Unknown(UnknownWord, Uuid),
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The order was placed.
    Placed,
    /// An item left.
    ItemShipped,
    /// An item arrived.
    ItemDelivered,
    /// An item will not come.
    ItemCancelled,
    /// All items are final.
    Completed,
    /// All items were cancelled.
    Cancelled,
}

/// One step of an order's story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Id; grows with time.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// What.
    pub what: OpenEnum<What>,
    /// The item, when it is about one.
    pub item_id: Option<Uuid>,
    /// Why, when somebody said so.
    pub reason: Option<String>,
}

impl Actor {
    /// The actor's part in words.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Customer(_) => "customer",
            Self::Shop(_) => "shop",
            Self::Admin(_) => "admin",
            Self::Unknown(part, _) => part.as_str(),
        }
    }

    /// The user who acted.
    pub fn user_id(self) -> Uuid {
        match self {
            Self::Customer(id) | Self::Shop(id) | Self::Admin(id) | Self::Unknown(_, id) => id,
        }
    }

    /// The actor written as [`Actor::as_str`] and [`Actor::user_id`].
    pub fn from_parts(part: &str, user_id: Uuid) -> Self {
        [Self::Customer(user_id), Self::Shop(user_id), Self::Admin(user_id)]
            .into_iter()
            .find(|actor| actor.as_str() == part)
            .unwrap_or_else(|| Self::Unknown(UnknownWord::new(part), user_id))
    }
}

impl What {
    const ALL: [Self; 6] = [
        Self::Placed,
        Self::ItemShipped,
        Self::ItemDelivered,
        Self::ItemCancelled,
        Self::Completed,
        Self::Cancelled,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::ItemShipped => "item_shipped",
            Self::ItemDelivered => "item_delivered",
            Self::ItemCancelled => "item_cancelled",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl StoredWord for What {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.as_str() == word)
    }
}

/// The step that brings an item to a status.
impl From<ItemStatus> for What {
    fn from(status: ItemStatus) -> Self {
        match status {
            ItemStatus::Processing => Self::Placed,
            ItemStatus::Shipped => Self::ItemShipped,
            ItemStatus::Delivered => Self::ItemDelivered,
            ItemStatus::Cancelled => Self::ItemCancelled,
        }
    }
}

impl Entry {
    /// A step of now.
    pub fn new(actor: Actor, what: What, at: DateTime<Utc>) -> Self {
        Self {
            id: Uuid::now_v7(),
            at,
            actor,
            what: what.into(),
            item_id: None,
            reason: None,
        }
    }
}
