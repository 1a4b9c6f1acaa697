//! A wish on the wire.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_contracts::Money;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::{Subject, WishView};

/// An item of a wishlist: a variation of a product, or a shop.
#[derive(Debug, Serialize, ToSchema)]
pub struct WishBody {
    /// Id; the `item_id` of `/wishlist/items/{item_id}`.
    pub id: Uuid,
    /// The variation, unless it is a shop.
    #[schema(required)]
    variation_id: Option<Uuid>,
    /// The variation's product, unless it is a shop.
    #[schema(required)]
    product_id: Option<Uuid>,
    /// The shop, unless it is a variation.
    #[schema(required)]
    shop_id: Option<Uuid>,
    /// Title of the product, or name of the shop.
    #[schema(example = "Blue suede shoes")]
    title: String,
    /// Name and value of each option of the variation.
    #[schema(example = json!({"size": "42"}))]
    options: BTreeMap<String, String>,
    /// Price of the variation.
    #[schema(required)]
    price: Option<Money>,
    /// Pieces of the variation that can be bought now.
    #[schema(required, minimum = 0, example = 14)]
    available: Option<i32>,
    /// When it was wished for.
    created_at: DateTime<Utc>,
}

impl From<WishView> for WishBody {
    fn from(view: WishView) -> Self {
        let (variation_id, product_id, shop_id) = match view.wish.subject {
            Subject::Variation {
                variation_id,
                product_id,
                ..
            } => (Some(variation_id), Some(product_id), None),
            Subject::Shop { shop_id } => (None, None, Some(shop_id)),
        };
        Self {
            id: view.wish.id,
            variation_id,
            product_id,
            shop_id,
            title: view.title,
            options: view.options,
            price: view.price,
            available: view.available,
            created_at: view.wish.created_at,
        }
    }
}
