//! Shops, as far as their products depend on them.

use souk_contracts::{OpenEnum, StoredWord};

use super::{Actor, ShopId, UserId};

/// Where a shop stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShopStatus {
    /// Waits for an operator.
    Pending,
    /// Visible, and may sell.
    Approved,
    /// Refused.
    Rejected,
    /// May not sell for now.
    Suspended,
    /// Gone for good.
    Closed,
}

impl ShopStatus {
    /// Every status with its name in the table.
    const NAMES: [(Self, &'static str); 5] = [
        (Self::Pending, "pending"),
        (Self::Approved, "approved"),
        (Self::Rejected, "rejected"),
        (Self::Suspended, "suspended"),
        (Self::Closed, "closed"),
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(status, _)| *status == self)
            .map_or("", |(_, name)| name)
    }
}

impl StoredWord for ShopStatus {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(status, _)| *status)
    }
}

/// What is known of a shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shop {
    /// Which.
    pub id: ShopId,
    /// Whose.
    pub owner_id: UserId,
    /// Where it stands.
    pub status: OpenEnum<ShopStatus>,
    /// Of two reports the higher version is the newer.
    pub version: i64,
}

/// Why a shop's things may not be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShopError {
    /// The shop belongs to another user.
    #[error("Only the owner of the shop may change this.")]
    NotTheOwner,
    /// The caller has no shop that may sell.
    #[error("Only the owner of an approved shop may do this.")]
    NotApproved,
}

impl Shop {
    /// Whether the public sees it and may buy from it.
    pub fn may_sell(&self) -> bool {
        self.status == ShopStatus::Approved
    }

    /// Whether it is `user`'s.
    pub fn belongs_to(&self, user: Option<Actor>) -> bool {
        user.is_some_and(|user| user.user_id == self.owner_id)
    }

    /// Refuses everyone but the owner.
    ///
    /// # Errors
    /// [`ShopError::NotTheOwner`].
    pub fn check_owner(&self, by: Actor) -> Result<(), ShopError> {
        if self.belongs_to(Some(by)) {
            Ok(())
        } else {
            Err(ShopError::NotTheOwner)
        }
    }

    /// Refuses everyone but the owner and operators.
    ///
    /// # Errors
    /// [`ShopError::NotTheOwner`].
    pub fn check_reader(&self, by: Actor) -> Result<(), ShopError> {
        if by.is_admin { Ok(()) } else { self.check_owner(by) }
    }

    /// Refuses everyone but the owner, and the owner while the shop may not sell.
    ///
    /// # Errors
    /// [`ShopError`] says which.
    pub fn check_seller(&self, by: Actor) -> Result<(), ShopError> {
        self.check_owner(by)?;
        if self.may_sell() {
            Ok(())
        } else {
            Err(ShopError::NotApproved)
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_status_has_one_name() {
        for (status, name) in ShopStatus::NAMES {
            assert_eq!(
                (ShopStatus::from_word(name), status.as_str()),
                (Some(status), name)
            );
        }
        assert_eq!(ShopStatus::from_word("open"), None);
    }

    #[test]
    fn only_the_owner_of_an_approved_shop_sells() {
        let owner = Actor {
            user_id: UserId(Uuid::now_v7()),
            is_admin: false,
        };
        let admin = Actor {
            user_id: UserId(Uuid::now_v7()),
            is_admin: true,
        };
        let shop = |status: ShopStatus| Shop {
            id: ShopId(Uuid::nil()),
            owner_id: owner.user_id,
            status: status.into(),
            version: 1,
        };

        assert_eq!(shop(ShopStatus::Approved).check_seller(owner), Ok(()));
        assert_eq!(
            shop(ShopStatus::Approved).check_seller(admin),
            Err(ShopError::NotTheOwner)
        );
        assert_eq!(shop(ShopStatus::Suspended).check_owner(owner), Ok(()));
        for status in [
            ShopStatus::Pending,
            ShopStatus::Rejected,
            ShopStatus::Suspended,
            ShopStatus::Closed,
        ] {
            assert_eq!(shop(status).check_seller(owner), Err(ShopError::NotApproved));
        }
    }
}
