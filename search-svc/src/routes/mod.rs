//! The URL table.
//!
//! | call | handler |
//! | --- | --- |
//! | `GET /api/v1/search` | [`search::search_all`] |
//! | `GET /api/v1/search/shops/{shop_id}/products` | [`shop_products::list_shop_products`] |

mod hits;
mod problem;
pub mod search;
pub mod shop_products;

use utoipa_actix_web::service_config::ServiceConfig;

/// The public routes, under `/api/v1`.
pub fn configure(app: &mut ServiceConfig) {
    app.service(search::search_all)
        .service(shop_products::list_shop_products);
}
