//! What a wishlist refuses, and its bounds.

/// Most wishes of a customer.
pub const MAX_WISHES: i64 = 500;

/// Why a wishlist refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WishlistError {
    /// The owner rule.
    #[error("The owner of an approved shop has no wishlist.")]
    OwnerHasNoWishlist,
    /// The account was erased.
    #[error("This account has been closed.")]
    AccountClosed,
    /// No item of this wishlist.
    #[error("There is no such item in the wishlist.")]
    NoSuchItem,
    /// Nobody sells it.
    #[error("There is no such variation.")]
    UnknownVariation,
    /// There is no such shop, or it may not be seen.
    #[error("There is no such shop.")]
    UnknownShop,
    /// A shop cannot be bought.
    #[error("Only a product can be moved to the cart.")]
    NotAProduct,
    /// The wishlist would grow too long.
    #[error("A wishlist holds at most {MAX_WISHES} items.")]
    WishlistFull,
}
