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
