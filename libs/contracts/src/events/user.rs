//! `user_events`: accounts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Somebody registered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserCreated {
    /// The account.
    pub user_id: Uuid,
    /// Whether it may log in.
    pub is_active: bool,
}

/// The account's state after a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserUpdated {
    /// The account.
    pub user_id: Uuid,
    /// Whether it may log in.
    pub is_active: bool,
    /// Whether the e-mail address was confirmed.
    pub is_verified: bool,
    /// `customer`, `shop_owner` or `admin`.
    pub role: String,
    /// The names of the fields that changed, without their values.
    pub changed: Vec<String>,
}

/// The account is gone; what is personal about it must go everywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserDeleted {
    /// The account.
    pub user_id: Uuid,
}
