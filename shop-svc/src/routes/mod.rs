//! The URL table.
//!
//! | call | handler |
//! | --- | --- |
//! | `POST /api/v1/shops` | [`shops::apply_for_shop`] |
//! | `GET /api/v1/shops` | [`shops::list_shops`] |
//! | `GET /api/v1/shops/mine` | [`shops::get_my_shop`] |
//! | `GET /api/v1/shops/{shop}` | [`shops::get_shop`] |
//! | `PATCH /api/v1/shops/{shop}` | [`shops::edit_shop`] |
//! | `DELETE /api/v1/shops/{shop}` | [`shops::close_shop`] |
//! | `POST /api/v1/shops/{shop_id}/resubmit` | [`decisions::resubmit_shop`] |
//! | `POST /api/v1/shops/{shop_id}/approve`, `/reject`, `/suspend`, `/reinstate`, `/verify` | [`decisions`] |
//! | `GET /api/v1/shops/{shop_id}/history` | [`history::list_shop_history`] |
//! | `GET /api/v1/shops/{shop_id}/order-items` | [`order_items::list_shop_order_items`] |
//! | `GET /api/v1/shops/{shop_id}/order-items/export` | [`order_item_export::export_shop_order_items`] |
//! | `GET /internal/shops/{shop_id}`, `/internal/shops/by-owner/{user_id}` | [`internal`] |
//! | `GET /internal/shops`, `POST /internal/shops/lookup` | [`internal_snapshots`] |
//! | `POST /internal/accounts/{user_id}/close`, `/reopen` | [`internal_accounts`] |

mod bodies;
pub mod decisions;
pub mod history;
pub mod internal;
pub mod internal_accounts;
pub mod internal_snapshots;
pub mod order_item_export;
pub mod order_items;
mod problem;
pub mod shops;

use souk_auth::InternalRoute;
use souk_auth::members::{ANALYTICS_SVC, PRODUCT_SVC, SEARCH_SVC, USER_SVC, WISHLIST_SVC};
use utoipa_actix_web::service_config::ServiceConfig;

/// The internal routes, and who may call them.
pub const INTERNAL: &[InternalRoute] = &[
    InternalRoute::get("/internal/shops", &[SEARCH_SVC]),
    InternalRoute::post("/internal/shops/lookup", &[SEARCH_SVC]),
    InternalRoute::get("/internal/shops/{shop_id}", &[WISHLIST_SVC, ANALYTICS_SVC]),
    InternalRoute::get("/internal/shops/by-owner/{user_id}", &[PRODUCT_SVC]),
    InternalRoute::post("/internal/accounts/{user_id}/close", &[USER_SVC]),
    InternalRoute::post("/internal/accounts/{user_id}/reopen", &[USER_SVC]),
];

/// The public routes, under `/api/v1`.
pub fn configure(app: &mut ServiceConfig) {
    app.service(shops::apply_for_shop)
        .service(shops::list_shops)
        .service(shops::get_my_shop)
        .service(shops::get_shop)
        .service(shops::edit_shop)
        .service(shops::close_shop)
        .service(decisions::resubmit_shop)
        .service(decisions::approve_shop)
        .service(decisions::reject_shop)
        .service(decisions::suspend_shop)
        .service(decisions::reinstate_shop)
        .service(decisions::verify_shop)
        .service(history::list_shop_history)
        .service(order_items::list_shop_order_items)
        .service(order_item_export::export_shop_order_items);
}
