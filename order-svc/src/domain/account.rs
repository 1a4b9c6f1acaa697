//! Closing an account before it is erased.

/// Why an account is not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// The user waits for something.
    #[error("There are orders that are neither delivered nor cancelled yet.")]
    UnfinishedOrders,
    /// Somebody waits for something from the user.
    #[error("Customers still wait for items from a shop of this account.")]
    UnfinishedSales,
    /// A later attempt is at it.
    #[error("A later attempt to close the account is under way.")]
    Stale,
    /// The account is closed or about to be.
    #[error("The account is being closed.")]
    Closed,
}

/// What of a user is not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfinished {
    /// An order of the user's own.
    pub orders: bool,
    /// Items that a shop of the user still has to send.
    pub sales: bool,
}

impl Unfinished {
    /// Whether the account may be closed.
    ///
    /// # Errors
    /// [`AccountError`] says what must be finished first.
    pub fn check(self) -> Result<(), AccountError> {
        if self.orders {
            Err(AccountError::UnfinishedOrders)
        } else if self.sales {
            Err(AccountError::UnfinishedSales)
        } else {
            Ok(())
        }
    }
}
