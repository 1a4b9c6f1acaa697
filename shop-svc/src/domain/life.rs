//! The life of a shop: applied for, decided on, suspended, reinstated, closed.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Action, Reason, Shop, ShopError, ShopStatus, Step};

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

impl Shop {
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
        let status = self.known_status()?;
        let sells = matches!(decision, Decision::Approve | Decision::Reinstate);
        if sells && status != Approved && !owner_is_active {
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
        let status = self.known_status()?;
        if status != ShopStatus::Closed && unfinished > 0 {
            return Err(ShopError::UnfinishedItems(unfinished));
        }
        self.go(Action::Closed, status, ShopStatus::Closed, actor_id, None, at)
    }

    /// The owner's account was shut: the shop may not sell; `None` when it does not sell anyway.
    pub fn lose_owner(&mut self, at: DateTime<Utc>) -> Option<Step> {
        const WHY: &str = "The owner's account is not active.";
        if self.status != ShopStatus::Approved {
            return None;
        }
        let (from, to) = (ShopStatus::Approved, ShopStatus::Suspended);
        Some(self.moved(Action::Suspended, from, to, None, Some(WHY.to_owned()), at))
    }

    fn verify(&mut self, admin: Uuid, at: DateTime<Utc>) -> Result<Option<Step>, ShopError> {
        let status = self.known_status()?;
        if status == ShopStatus::Closed {
            return Err(ShopError::IllegalTransition(status, Action::Verified));
        }
        if self.is_verified {
            return Ok(None);
        }
        self.is_verified = true;
        self.touch(at);
        Ok(Some(self.record(Action::Verified, status, Some(admin), at)))
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
        let status = self.known_status()?;
        if status == to {
            return Ok(None);
        }
        if status != from {
            return Err(ShopError::IllegalTransition(status, action));
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
        self.status = to.into();
        self.status_reason.clone_from(&why);
        self.touch(at);
        Step {
            from: Some(from),
            reason: why,
            ..self.record(action, to, by, at)
        }
    }
}

#[cfg(test)]
#[path = "life_tests.rs"]
mod tests;
