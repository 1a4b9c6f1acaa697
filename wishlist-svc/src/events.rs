//! Facts of this service as events.

use souk_contracts::events::{WishlistCreated, WishlistDeleted};
use souk_outbox::Pending;

use crate::domain::{Subject, Wish};

/// The version of a wish when it is made; it has one more when it goes.
const MADE: i64 = 1;

/// The event of a wish made.
pub fn created(wish: &Wish) -> Pending {
    let parts = Parts::of(wish.subject);
    let event = WishlistCreated {
        wishlist_item_id: wish.id,
        user_id: wish.user_id,
        variation_id: parts.variation_id,
        shop_id: parts.shop_id,
        product_id: parts.product_id,
    };
    Pending::new(event, Some(MADE))
}

/// The event of a wish gone.
pub fn deleted(wish: &Wish) -> Pending {
    let parts = Parts::of(wish.subject);
    let event = WishlistDeleted {
        wishlist_item_id: wish.id,
        user_id: wish.user_id,
        variation_id: parts.variation_id,
        shop_id: parts.shop_id,
        product_id: parts.product_id,
    };
    Pending::new(event, Some(MADE + 1))
}

/// A wish is told as one for a variation or as one for a shop, never both.
struct Parts {
    variation_id: Option<uuid::Uuid>,
    product_id: Option<uuid::Uuid>,
    shop_id: Option<uuid::Uuid>,
}

impl Parts {
    fn of(subject: Subject) -> Self {
        match subject {
            Subject::Variation {
                variation_id,
                product_id,
                ..
            } => Self {
                variation_id: Some(variation_id),
                product_id: Some(product_id),
                shop_id: None,
            },
            Subject::Shop { shop_id } => Self {
                variation_id: None,
                product_id: None,
                shop_id: Some(shop_id),
            },
        }
    }
}
