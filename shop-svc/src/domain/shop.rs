//! A shop and its life.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{About, Action, Reason, ShopName, Step};

/// Where a shop stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShopStatus {
    /// Waits for an admin.
    Pending,
    /// Visible, and may sell.
    Approved,
    /// Refused; the owner may edit and apply again.
    Rejected,
    /// May not sell for now.
    Suspended,
    /// Gone for good.
    Closed,
}

impl ShopStatus {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Pending, "pending"),
        (Self::Approved, "approved"),
        (Self::Rejected, "rejected"),
        (Self::Suspended, "suspended"),
        (Self::Closed, "closed"),
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(status, _)| *status == self)
            .map_or("", |(_, name)| name)
    }

    /// The status of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, other)| *other == name)
            .map(|(status, _)| *status)
    }
}

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
    pub status: ShopStatus,
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

/// What an admin decides.
#[derive(Debug, Clone)]
pub enum Decision {
    /// The application is good.
    Approve,
    /// The application is not good.
    Reject(Reason),
    /// It may not sell for now.
    Suspend(Reason),
    /// It may sell again.
    Reinstate,
    /// It is what it says it is.
    Verify,
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
            status: ShopStatus::Pending,
            status_reason: None,
            version: 1,
            created_at: at,
            updated_at: at,
        };
        let step = Step {
            from: None,
            ..shop.record(Action::Applied, Some(owner_id), at)
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
        if self.status == ShopStatus::Closed {
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

    /// An admin decides; `None` when it is so already.
    ///
    /// # Errors
    /// [`ShopError::IllegalTransition`] when its status does not allow it, [`ShopError::OwnerInactive`] when it
    /// would sell without an owner.
    pub fn decide(
        &mut self,
        admin: Uuid,
        decision: Decision,
        owner_is_active: bool,
        at: DateTime<Utc>,
    ) -> Result<Option<Step>, ShopError> {
        use ShopStatus::{Approved, Pending, Rejected, Suspended};
        let sells = matches!(decision, Decision::Approve | Decision::Reinstate);
        if sells && self.status != Approved && !owner_is_active {
            return Err(ShopError::OwnerInactive);
        }
        let by = Some(admin);
        match decision {
            Decision::Approve => self.go(Action::Approved, Pending, Approved, by, None, at),
            Decision::Reject(why) => self.go(Action::Rejected, Pending, Rejected, by, Some(why), at),
            Decision::Suspend(why) => self.go(Action::Suspended, Approved, Suspended, by, Some(why), at),
            Decision::Reinstate => self.go(Action::Reinstated, Suspended, Approved, by, None, at),
            Decision::Verify => self.verify(admin, at),
        }
    }

    /// The owner applies again; `None` when the application waits already.
    ///
    /// # Errors
    /// [`ShopError::IllegalTransition`] unless it was rejected.
    pub fn resubmit(&mut self, at: DateTime<Utc>) -> Result<Option<Step>, ShopError> {
        let owner = Some(self.owner_id);
        self.go(
            Action::Resubmitted,
            ShopStatus::Rejected,
            ShopStatus::Pending,
            owner,
            None,
            at,
        )
    }

    /// Closes it for good; `None` when it is closed already.
    ///
    /// # Errors
    /// [`ShopError::UnfinishedItems`] while customers wait.
    pub fn close(
        &mut self,
        actor_id: Option<Uuid>,
        unfinished: i64,
        at: DateTime<Utc>,
    ) -> Result<Option<Step>, ShopError> {
        if self.status != ShopStatus::Closed && unfinished > 0 {
            return Err(ShopError::UnfinishedItems(unfinished));
        }
        self.go(
            Action::Closed,
            self.status,
            ShopStatus::Closed,
            actor_id,
            None,
            at,
        )
    }

    /// The owner's account was shut: the shop may not sell; `None` when it does not sell anyway.
    pub fn lose_owner(&mut self, at: DateTime<Utc>) -> Option<Step> {
        const WHY: &str = "The owner's account is not active.";
        if self.status != ShopStatus::Approved {
            return None;
        }
        let (from, to) = (self.status, ShopStatus::Suspended);
        Some(self.moved(Action::Suspended, from, to, None, Some(WHY.to_owned()), at))
    }

    fn verify(&mut self, admin: Uuid, at: DateTime<Utc>) -> Result<Option<Step>, ShopError> {
        if self.status == ShopStatus::Closed {
            return Err(ShopError::IllegalTransition(self.status, Action::Verified));
        }
        if self.is_verified {
            return Ok(None);
        }
        self.is_verified = true;
        self.touch(at);
        Ok(Some(self.record(Action::Verified, Some(admin), at)))
    }

    fn go(
        &mut self,
        action: Action,
        from: ShopStatus,
        to: ShopStatus,
        by: Option<Uuid>,
        why: Option<Reason>,
        at: DateTime<Utc>,
    ) -> Result<Option<Step>, ShopError> {
        if self.status == to {
            return Ok(None);
        }
        if self.status != from {
            return Err(ShopError::IllegalTransition(self.status, action));
        }
        Ok(Some(self.moved(
            action,
            from,
            to,
            by,
            why.map(Reason::into_inner),
            at,
        )))
    }

    fn moved(
        &mut self,
        action: Action,
        from: ShopStatus,
        to: ShopStatus,
        by: Option<Uuid>,
        why: Option<String>,
        at: DateTime<Utc>,
    ) -> Step {
        self.status = to;
        self.status_reason.clone_from(&why);
        self.touch(at);
        Step {
            from: Some(from),
            reason: why,
            ..self.record(action, by, at)
        }
    }

    fn touch(&mut self, at: DateTime<Utc>) {
        self.version += 1;
        self.updated_at = at;
    }

    fn record(&self, action: Action, actor_id: Option<Uuid>, at: DateTime<Utc>) -> Step {
        let (from, to) = (Some(self.status), self.status);
        Step {
            id: Uuid::now_v7(),
            shop_id: self.id,
            action,
            from,
            to,
            actor_id,
            reason: None,
            at,
        }
    }
}

#[cfg(test)]
#[path = "shop_tests.rs"]
mod tests;
