//! `wishlist_events`: wishes made and taken back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Somebody wished for a variation or a shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WishlistCreated {
    /// The wish.
    pub wishlist_item_id: Uuid,
    /// Whose wish it is.
    pub user_id: Uuid,
    /// The variation, unless it is a shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variation_id: Option<Uuid>,
    /// The shop, unless it is a variation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop_id: Option<Uuid>,
    /// The variation's product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_id: Option<Uuid>,
}

/// A wish is gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WishlistDeleted {
    /// The wish.
    pub wishlist_item_id: Uuid,
    /// Whose wish it was.
    pub user_id: Uuid,
    /// The variation, unless it was a shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variation_id: Option<Uuid>,
    /// The shop, unless it was a variation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop_id: Option<Uuid>,
    /// The variation's product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_id: Option<Uuid>,
}
