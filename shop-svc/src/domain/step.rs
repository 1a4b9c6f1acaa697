//! The history of a shop.

use chrono::{DateTime, Utc};
use souk_contracts::{OpenEnum, StoredWord};
use uuid::Uuid;

use super::ShopStatus;

/// What was done to a shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Its owner applied.
    Applied,
    /// An admin let it sell.
    Approved,
    /// An admin refused it.
    Rejected,
    /// Its owner applied again.
    Resubmitted,
    /// An admin stopped it, or its owner's account was shut.
    Suspended,
    /// An admin let it sell again.
    Reinstated,
    /// An admin vouched for it.
    Verified,
    /// Its owner closed it, or the owner's account is gone.
    Closed,
}

impl Action {
    const ALL: [(Self, &'static str); 8] = [
        (Self::Applied, "applied"),
        (Self::Approved, "approved"),
        (Self::Rejected, "rejected"),
        (Self::Resubmitted, "resubmitted"),
        (Self::Suspended, "suspended"),
        (Self::Reinstated, "reinstated"),
        (Self::Verified, "verified"),
        (Self::Closed, "closed"),
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(action, _)| *action == self)
            .map_or("", |(_, name)| name)
    }
}

impl StoredWord for Action {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, other)| *other == word)
            .map(|(action, _)| *action)
    }
}

/// In which part somebody took a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepActor {
    /// The owner of the shop.
    Owner,
    /// An operator.
    Admin,
    /// The service itself.
    Service,
}

impl StepActor {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Service => "service",
        }
    }
}

/// One step of a shop's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Id.
    pub id: Uuid,
    /// The shop.
    pub shop_id: Uuid,
    /// What was done.
    pub action: Action,
    /// Where the shop stood.
    pub from: Option<ShopStatus>,
    /// Where it stands after.
    pub to: ShopStatus,
    /// Who did it; none when the service did.
    pub actor_id: Option<Uuid>,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A step as it was kept, perhaps by a later build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptStep {
    /// Id.
    pub id: Uuid,
    /// What was done.
    pub action: OpenEnum<Action>,
    /// Where the shop stood.
    pub from: Option<OpenEnum<ShopStatus>>,
    /// Where it stands after.
    pub to: OpenEnum<ShopStatus>,
    /// Who did it; none when the service did.
    pub actor_id: Option<Uuid>,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

impl KeptStep {
    /// In which part somebody took the step, in the history of a shop of `owner_id`.
    pub fn actor(&self, owner_id: Uuid) -> StepActor {
        match self.actor_id {
            None => StepActor::Service,
            Some(id) if id == owner_id => StepActor::Owner,
            Some(_) => StepActor::Admin,
        }
    }
}
