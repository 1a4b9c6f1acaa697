//! The URL table.
//!
//! | call | handler |
//! | --- | --- |
//! | `GET /api/v1/search` | [`search::search_all`] |
//! | `GET /api/v1/search/products` | [`product_search::search_products`] |
//! | `GET /api/v1/search/shops/{shop_id}/products` | [`product_search::list_shop_products`] |
//! | `POST /api/v1/search/rebuild` | [`maintenance::start_rebuild`] |
//! | `GET /api/v1/search/rebuild/{job_id}` | [`maintenance::get_rebuild`] |
//! | `POST /api/v1/search/drift` | [`maintenance::start_drift`] |
//! | `GET /api/v1/search/drift/{job_id}` | [`maintenance::get_drift`] |
//! | `GET /api/v1/search/rejected` | [`maintenance::list_rejected`] |

mod cursor;
mod hits;
pub mod maintenance;
mod problem;
pub mod product_query;
pub mod product_search;
pub mod search;

use utoipa_actix_web::service_config::ServiceConfig;

/// The public routes, under `/api/v1`.
pub fn configure(app: &mut ServiceConfig) {
    app.service(search::search_all)
        .service(product_search::search_products)
        .service(product_search::list_shop_products)
        .service(maintenance::start_rebuild)
        .service(maintenance::get_rebuild)
        .service(maintenance::start_drift)
        .service(maintenance::get_drift)
        .service(maintenance::list_rejected);
}
