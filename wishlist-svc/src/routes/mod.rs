//! The URL table.
//!
//! | call | handler |
//! | --- | --- |
//! | `GET /api/v1/wishlist` | [`wishlist::get_wishlist`] |
//! | `GET /api/v1/wishlist/count` | [`wishlist::count_wishes`] |
//! | `POST /api/v1/wishlist/items` | [`items::add_wish`] |
//! | `DELETE /api/v1/wishlist/items/{item_id}` | [`items::remove_wish`] |
//! | `POST /api/v1/wishlist/items/{item_id}/move-to-cart` | [`items::move_to_cart`] |

mod bodies;
pub mod items;
mod problem;
pub mod wishlist;

use utoipa_actix_web::service_config::ServiceConfig;

/// The public routes, under `/api/v1`.
pub fn configure(app: &mut ServiceConfig) {
    app.service(wishlist::get_wishlist)
        .service(wishlist::count_wishes)
        .service(items::add_wish)
        .service(items::remove_wish)
        .service(items::move_to_cart);
}
