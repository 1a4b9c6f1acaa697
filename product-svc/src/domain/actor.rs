//! Who acts.

use super::UserId;

/// A user as far as rules care: what may be changed is decided by whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub user_id: UserId,
    /// Whether it is an operator.
    pub is_admin: bool,
}
