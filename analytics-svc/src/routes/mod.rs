//! The URL table.
//!
//! | call | handler |
//! | --- | --- |
//! | `GET /api/v1/analytics/shops/{shop_id}/dashboard` | [`dashboard::get_dashboard`] |
//! | `GET /api/v1/analytics/overview` | [`overview::get_overview`] |
//! | `GET /api/v1/analytics/events` | [`events::list_events`] |

pub mod dashboard;
pub mod events;
pub mod overview;
pub mod period;
mod problem;

use utoipa_actix_web::service_config::ServiceConfig;

/// The public routes, under `/api/v1`.
pub fn configure(app: &mut ServiceConfig) {
    app.service(dashboard::get_dashboard)
        .service(overview::get_overview)
        .service(events::list_events);
}
