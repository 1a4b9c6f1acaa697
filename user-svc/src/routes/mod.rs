//! The URL table.
//!
//! | call | handler |
//! | --- | --- |
//! | `GET /api/v1/users/me` | [`users::get_me`] |
//! | `PATCH /api/v1/users/me` | [`users::edit_me`] |
//! | `POST /internal/users`, `/internal/sessions`, `.../refresh`, `.../{id}/end` | [`internal`] |
//! | `GET /internal/sessions/ended`, `/internal/users/ended` | [`ended`] |

pub mod ended;
pub mod internal;
mod problem;
pub mod users;

use utoipa_actix_web::service_config::ServiceConfig;

/// The public routes, under `/api/v1`.
pub fn configure(app: &mut ServiceConfig) {
    app.service(users::get_me).service(users::edit_me);
}
