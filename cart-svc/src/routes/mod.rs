//! The URL table.
//!
//! | call | handler |
//! | --- | --- |
//! | `GET /api/v1/cart` | [`cart::get_cart`] |
//! | `POST /api/v1/cart/items` | [`items::add_item`] |
//! | `PATCH /api/v1/cart/items/{item_id}` | [`items::change_item`] |
//! | `DELETE /api/v1/cart/items/{item_id}` | [`items::remove_item`] |
//! | `DELETE /api/v1/cart/items` | [`items::clear_cart`] |
//! | `/internal/carts/checkout`, `.../ordered`, `.../{user_id}/proposal`, `.../{user_id}/items` | [`internal`] |

mod bodies;
pub mod cart;
pub mod internal;
pub mod items;
mod problem;

use souk_auth::InternalRoute;
use souk_auth::members::{ORDER_SVC, WISHLIST_SVC};
use utoipa_actix_web::service_config::ServiceConfig;

/// The internal routes, and who may call them.
pub const INTERNAL: &[InternalRoute] = &[
    InternalRoute::post("/internal/carts/checkout", &[ORDER_SVC]),
    InternalRoute::post("/internal/carts/ordered", &[ORDER_SVC]),
    InternalRoute::put("/internal/carts/{user_id}/proposal", &[ORDER_SVC]),
    InternalRoute::post("/internal/carts/{user_id}/items", &[WISHLIST_SVC]),
];

/// The public routes, under `/api/v1`.
pub fn configure(app: &mut ServiceConfig) {
    app.service(cart::get_cart)
        .service(items::add_item)
        .service(items::change_item)
        .service(items::remove_item)
        .service(items::clear_cart);
}
