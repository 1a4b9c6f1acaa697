//! The URL table.
//!
//! | call | handler |
//! | --- | --- |
//! | `GET /api/v1/categories`, `GET /api/v1/categories/{id or slug}` | [`categories::list_categories`], [`categories::get_category`] |
//! | `POST /api/v1/categories`, `PATCH`, `DELETE /api/v1/categories/{id}` | [`categories::create_category`] and so on |
//! | `GET /api/v1/products` | [`search::list_products`] |
//! | `POST /api/v1/products`, `GET`, `PATCH`, `DELETE /api/v1/products/{id}` | [`products::create_product`] and so on |
//! | `GET`, `POST /api/v1/products/{id}/variations` | [`variations::list_variations`], [`variations::create_variation`] |
//! | `GET`, `PATCH`, `DELETE /api/v1/variations/{id}` | [`variations::get_variation`] and so on |
//! | `POST /api/v1/variations/{id}/stock`, `GET .../stock/ledger` | [`stock::change_stock`], [`stock::list_ledger`] |
//! | `POST /internal/variations/lookup`, `/internal/reservations`, `.../{id}/release` | [`internal`] |
//! | `GET /internal/products`, `POST /internal/products/lookup` | [`internal_snapshots`] |

mod bodies;
pub mod categories;
pub mod internal;
pub mod internal_snapshots;
mod problem;
pub mod products;
pub mod search;
pub mod stock;
pub mod variations;

use souk_auth::members::{CART_SVC, ORDER_SVC, SEARCH_SVC, WISHLIST_SVC};
use souk_auth::{Caller, InternalRoute};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::{Actor, UserId};

/// The internal routes, and who may call them.
pub const INTERNAL: &[InternalRoute] = &[
    InternalRoute::get("/internal/products", &[SEARCH_SVC]),
    InternalRoute::post("/internal/products/lookup", &[SEARCH_SVC]),
    InternalRoute::post("/internal/variations/lookup", &[CART_SVC, WISHLIST_SVC]),
    InternalRoute::post("/internal/reservations", &[ORDER_SVC]),
    InternalRoute::post("/internal/reservations/{reservation_id}/release", &[ORDER_SVC]),
];

/// The public routes, under `/api/v1`.
pub fn configure(app: &mut ServiceConfig) {
    app.service(categories::list_categories)
        .service(categories::get_category)
        .service(categories::create_category)
        .service(categories::edit_category)
        .service(categories::delete_category)
        .service(search::list_products)
        .service(products::create_product)
        .service(products::get_product)
        .service(products::edit_product)
        .service(products::delete_product)
        .service(variations::list_variations)
        .service(variations::create_variation)
        .service(variations::get_variation)
        .service(variations::edit_variation)
        .service(variations::delete_variation)
        .service(stock::change_stock)
        .service(stock::list_ledger);
}

impl From<Caller> for Actor {
    fn from(caller: Caller) -> Self {
        Self {
            user_id: UserId(caller.user_id),
            is_admin: caller.is_admin(),
        }
    }
}
