//! The wishlist and its rules.

use super::error::{MAX_WISHES, WishlistError};

/// A customer's wishlist, without its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wishlist {
    /// Whether the account is gone.
    pub is_erased: bool,
}

impl Wishlist {
    /// Lets its customer in, unless the owner rule bars them.
    ///
    /// # Errors
    /// [`WishlistError::OwnerHasNoWishlist`], [`WishlistError::AccountClosed`].
    pub fn admit(self, is_barred: bool) -> Result<(), WishlistError> {
        if is_barred {
            return Err(WishlistError::OwnerHasNoWishlist);
        }
        if self.is_erased {
            return Err(WishlistError::AccountClosed);
        }
        Ok(())
    }

    /// Whether it takes another item beside those it has.
    ///
    /// # Errors
    /// [`WishlistError::WishlistFull`].
    pub fn take_one_more(self, items: i64) -> Result<(), WishlistError> {
        if items >= MAX_WISHES {
            Err(WishlistError::WishlistFull)
        } else {
            Ok(())
        }
    }
}
