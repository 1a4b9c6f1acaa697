//! What a cart refuses, and its bounds.

/// Most lines of a cart.
pub const MAX_LINES: usize = 100;
/// Most pieces of a line.
pub const MAX_QUANTITY: i32 = 999;

/// Why a cart refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CartError {
    /// The owner rule.
    #[error("The owner of an approved shop has no cart.")]
    OwnerHasNoCart,
    /// The account was erased.
    #[error("This account has been closed.")]
    AccountClosed,
    /// The cart is not the one the client saw.
    #[error("The cart has changed since it was read: its version is {0}.")]
    VersionMoved(i64),
    /// No line of this cart.
    #[error("There is no such item in the cart.")]
    NoSuchLine,
    /// Nobody sells it.
    #[error("There is no such variation.")]
    UnknownVariation,
    /// Its shop or product may not sell just now.
    #[error("This product is not for sale just now.")]
    NotForSale,
    /// Owners do not buy from themselves.
    #[error("Your own product cannot be put into your cart.")]
    OwnProduct,
    /// Fewer pieces than wanted.
    #[error("Only {available} of this are available, and {wanted} are wanted.")]
    OutOfStock {
        /// Pieces that can be bought.
        available: i32,
        /// Pieces that the line would hold.
        wanted: i32,
    },
    /// The line would grow too long.
    #[error("A line of the cart holds at most {MAX_QUANTITY} pieces, and {0} are wanted.")]
    TooMany(i32),
    /// The cart would grow too long.
    #[error("A cart holds at most {MAX_LINES} different things.")]
    CartFull,
    /// More cannot be promised without asking product-svc.
    #[error("Price and stock cannot be checked just now; try again soon.")]
    Unconfirmed,
}
