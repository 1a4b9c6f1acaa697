//! A look at a shop's page.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Somebody read a shop's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The shop.
    pub shop_id: Uuid,
    /// A pseudonym of the visitor.
    pub visitor: String,
    /// The account, when logged in.
    pub user_id: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
}
