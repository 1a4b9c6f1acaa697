//! The URL table.
//!
//! | call | handler |
//! | --- | --- |
//! | `POST /api/v1/orders` | [`orders::place_order`] |
//! | `GET /api/v1/orders` | [`orders::list_orders`] |
//! | `GET /api/v1/orders/export` | [`export::export_orders`] |
//! | `GET /api/v1/orders/{order}` | [`orders::get_order`] |
//! | `POST /api/v1/orders/{order_id}/cancel` | [`orders::cancel_order`] |
//! | `POST /api/v1/order-items/{item_id}/cancel` | [`order_items::cancel_order_item`] |
//! | `PATCH /api/v1/order-items/{item_id}/status` | [`order_items::update_order_item_status`] |
//! | `GET /api/v1/tracking/{tracking_number}` | [`tracking::track_parcel`] |
//! | `POST /internal/reservations/{reservation_id}/verdict` | [`internal`] |
//! | `POST /internal/accounts/{user_id}/close`, `/reopen` | [`internal_accounts`] |

pub mod address;
pub mod bodies;
pub mod export;
pub mod internal;
pub mod internal_accounts;
pub mod order_items;
pub mod orders;
mod problem;
mod refusals;
pub mod tracking;

use souk_auth::InternalRoute;
use souk_auth::members::{PRODUCT_SVC, USER_SVC};
use utoipa_actix_web::service_config::ServiceConfig;

/// The internal routes, and who may call them.
pub const INTERNAL: &[InternalRoute] = &[
    InternalRoute::post("/internal/reservations/{reservation_id}/verdict", &[PRODUCT_SVC]),
    InternalRoute::post("/internal/accounts/{user_id}/close", &[USER_SVC]),
    InternalRoute::post("/internal/accounts/{user_id}/reopen", &[USER_SVC]),
];

/// The public routes, under `/api/v1`.
pub fn configure(app: &mut ServiceConfig) {
    app.service(orders::place_order)
        .service(orders::list_orders)
        .service(export::export_orders)
        .service(orders::get_order)
        .service(orders::cancel_order)
        .service(order_items::cancel_order_item)
        .service(order_items::update_order_item_status)
        .service(tracking::track_parcel);
}
