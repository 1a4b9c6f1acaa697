//! A shop and its life.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_contracts::{OpenEnum, UnknownWord};
use uuid::Uuid;

use super::{About, Action, ShopName, ShopStatus, Step};

/// A shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shop {
    /// Id.
    pub id: Uuid,
    /// Who owns it.
    pub owner_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its unique name in addresses; stays when the name changes.
    pub slug: String,
    /// What it says of itself.
    pub about: Option<String>,
    /// Its logo.
    pub logo_url: Option<String>,
    /// Whether an admin vouches for it.
    pub is_verified: bool,
    /// Where it stands.
    pub status: OpenEnum<ShopStatus>,
    /// Why it stands there.
    pub status_reason: Option<String>,
    /// Counts up with each change.
    pub version: i64,
    /// When it was applied for.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
}

/// A partial change by the owner; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct ShopEdit {
    /// New name.
    pub name: Option<ShopName>,
    /// New text.
    pub about: Option<About>,
}

/// Who wants to look at a shop or change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Viewer {
    /// The account, when logged in.
    pub user_id: Option<Uuid>,
    /// Whether this is an operator.
    pub is_admin: bool,
}

/// What a shop's rules refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShopError {
    /// There is none, or none that this viewer may know of.
    #[error("There is no such shop.")]
    NotFound,
    /// It is somebody else's.
    #[error("This shop is not yours.")]
    NotYours,
    /// The user has one already.
    #[error("You have a shop already; a user may have one open shop.")]
    HasOpenShop,
    /// Its status does not allow this.
    #[error("A shop that is {} cannot be {}.", .0.as_str(), .1.as_str())]
    IllegalTransition(ShopStatus, Action),
    /// A later build has written a status that this one does not know, so nothing can be decided here.
    #[error("\"{0}\" was written by a newer version, so this one cannot decide here. Try again later.")]
    UnknownStatus(UnknownWord),
    /// A closed shop stays as it is.
    #[error("The shop is closed.")]
    Closed,
    /// The owner cannot log in.
    #[error("The account of the shop's owner is not active.")]
    OwnerInactive,
    /// Customers still wait.
    #[error("{0} order items are not delivered or cancelled yet.")]
    UnfinishedItems(i64),
}

impl Shop {
    /// The status that other services see: in one that only a later build knows, a shop may not sell.
    pub fn published_status(&self) -> ShopStatus {
        self.status.known().unwrap_or(ShopStatus::Suspended)
    }

    /// A new application, with its first step.
    pub fn apply(
        owner_id: Uuid,
        name: ShopName,
        about: About,
        slug: String,
        at: DateTime<Utc>,
    ) -> (Self, Step) {
        let shop = Self {
            id: Uuid::now_v7(),
            owner_id,
            name: name.into_inner(),
            slug,
            about: about.into_inner(),
            logo_url: None,
            is_verified: false,
            status: ShopStatus::Pending.into(),
            status_reason: None,
            version: 1,
            created_at: at,
            updated_at: at,
        };
        let step = Step {
            from: None,
            ..shop.record(Action::Applied, ShopStatus::Pending, Some(owner_id), at)
        };
        (shop, step)
    }

    /// Whether this viewer may know of it.
    ///
    /// # Errors
    /// [`ShopError::NotFound`] when not.
    pub fn seen_by(self, viewer: Viewer) -> Result<Self, ShopError> {
        let may =
            self.status == ShopStatus::Approved || viewer.is_admin || viewer.user_id == Some(self.owner_id);
        if may { Ok(self) } else { Err(ShopError::NotFound) }
    }

    /// Whether it is this user's. What is not public is not there for others.
    ///
    /// # Errors
    /// [`ShopError::NotYours`], or [`ShopError::NotFound`] for a shop that is not public.
    pub fn owned_by(&self, user_id: Uuid) -> Result<(), ShopError> {
        if self.owner_id == user_id {
            Ok(())
        } else if self.status == ShopStatus::Approved {
            Err(ShopError::NotYours)
        } else {
            Err(ShopError::NotFound)
        }
    }

    /// Whether this viewer may look behind its counter: its owner or an operator.
    ///
    /// # Errors
    /// As [`Shop::owned_by`].
    pub fn run_by(&self, viewer: Viewer) -> Result<(), ShopError> {
        if viewer.is_admin {
            Ok(())
        } else {
            self.owned_by(viewer.user_id.unwrap_or_default())
        }
    }

    /// Applies the owner's change; `false` when nothing differs.
    ///
    /// # Errors
    /// [`ShopError::Closed`] once it is.
    pub fn edit(&mut self, edit: ShopEdit, at: DateTime<Utc>) -> Result<bool, ShopError> {
        if self.known_status()? == ShopStatus::Closed {
            return Err(ShopError::Closed);
        }
        let name = edit
            .name
            .map(ShopName::into_inner)
            .filter(|name| *name != self.name);
        let about = edit
            .about
            .map(About::into_inner)
            .filter(|about| *about != self.about);
        let changed = name.is_some() || about.is_some();
        self.name = name.unwrap_or_else(|| std::mem::take(&mut self.name));
        self.about = about.unwrap_or_else(|| self.about.take());
        if changed {
            self.touch(at);
        }
        Ok(changed)
    }

    pub(super) fn touch(&mut self, at: DateTime<Utc>) {
        self.version += 1;
        self.updated_at = at;
    }

    /// Where it stands, for a decision.
    pub(super) fn known_status(&self) -> Result<ShopStatus, ShopError> {
        self.status.decide().map_err(ShopError::UnknownStatus)
    }

    pub(super) fn record(
        &self,
        action: Action,
        status: ShopStatus,
        actor_id: Option<Uuid>,
        at: DateTime<Utc>,
    ) -> Step {
        Step {
            id: Uuid::now_v7(),
            shop_id: self.id,
            action,
            from: Some(status),
            to: status,
            actor_id,
            reason: None,
            at,
        }
    }
}
