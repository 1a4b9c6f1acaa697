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

use utoipa_actix_web::service_config::ServiceConfig;

/// The public routes, under `/api/v1`.
pub fn configure(app: &mut ServiceConfig) {
    app.service(cart::get_cart)
        .service(items::add_item)
        .service(items::change_item)
        .service(items::remove_item)
        .service(items::clear_cart);
}
