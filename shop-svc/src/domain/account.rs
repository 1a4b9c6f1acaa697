//! What is known of an account.

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// It may log in.
    Active,
    /// An operator shut it out.
    Inactive,
    /// It is gone.
    Deleted,
}

/// Why an account is not closed before it is erased, or what a closed one may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// The user has a shop.
    #[error("There is an open shop of this account; close it first.")]
    OpenShop,
    /// A later attempt is at it.
    #[error("A later attempt to close the account is under way.")]
    Stale,
    /// The account is closed or about to be.
    #[error("The account is being closed.")]
    Closed,
}
