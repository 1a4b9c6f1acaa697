//! An order, as far as carts know it.

use uuid::Uuid;

/// What somebody ordered out of a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The order.
    pub id: Uuid,
    /// Whose cart it came from.
    pub user_id: Uuid,
    /// Pieces by line.
    pub lines: Vec<(Uuid, i32)>,
}
