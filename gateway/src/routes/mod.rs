//! The URL table.
//!
//! | call | handler |
//! | --- | --- |
//! | `POST /api/v1/auth/register` | [`sessions::register_user`] |
//! | `POST /api/v1/auth/login` | [`sessions::begin_session`] |
//! | `POST /api/v1/auth/refresh` | [`sessions::refresh_session`] |
//! | `POST /api/v1/auth/logout` | [`sessions::end_session`] |
//! | `GET /api/v1/auth/sessions` | [`own_sessions::list_sessions`] |
//! | `DELETE /api/v1/auth/sessions/{id}` | [`own_sessions::end_own_session`] |
//! | `POST /api/v1/auth/logout-everywhere` | [`own_sessions::end_all_sessions`] |
//! | `POST /api/v1/auth/password-reset` | [`secrets::ask_for_reset`] |
//! | `POST /api/v1/auth/password-reset/confirm` | [`secrets::confirm_reset`] |
//! | `POST /api/v1/auth/verify-email` | [`secrets::verify_email`] |
//! | `POST /api/v1/auth/verify-email/resend` | [`secrets::ask_for_verification`] |
//! | `GET /api/v1/ops/mesh` | [`ops::get_mesh`] |
//! | `GET`, `POST /api/v1/ops/parked/types` | [`parked`] |
//! | `GET /api/v1/ops/parked`, `/{id}`, `POST .../{id}/replay`, `.../replay`, `.../drop`, `DELETE .../{id}` | [`parked`] |
//! | `GET /api/v1/ops/trace/{order}` | [`trace::trace_order`] |
//! | `GET /.well-known/jwks.json` | [`documents::jwks`] |
//! | `GET /openapi.json`, `/asyncapi.json`, `/docs`, `/redoc` | [`documents`] |
//! | what a service has under `/api/v1` | [`forward::forward`], before any of these is looked for |

pub mod documents;
pub mod forward;
pub mod ops;
pub mod own_sessions;
pub mod parked;
mod problem;
mod refusals;
pub mod secrets;
pub mod session;
pub mod sessions;
pub mod trace;

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

/// The gateway's own operations, under `/api/v1`.
pub fn configure(app: &mut ServiceConfig) {
    app.service(sessions::register_user)
        .service(sessions::begin_session)
        .service(sessions::refresh_session)
        .service(sessions::end_session)
        .service(ops::get_mesh)
        .service(parked::list_parked)
        .service(parked::list_unknown_types)
        .service(parked::park_event_type)
        .service(parked::replay_parked_queue)
        .service(parked::drop_parked_queue)
        .service(parked::get_parked)
        .service(parked::replay_parked)
        .service(parked::drop_parked)
        .service(trace::trace_order)
        .service(own_sessions::list_sessions)
        .service(own_sessions::end_own_session)
        .service(own_sessions::end_all_sessions)
        .service(secrets::ask_for_reset)
        .service(secrets::confirm_reset)
        .service(secrets::verify_email)
        .service(secrets::ask_for_verification);
}

/// What stands at the root.
pub fn root(app: &mut web::ServiceConfig) {
    documents::configure(app);
}

/// The paths of [`root`] that only know GET.
pub const ROOT_GETS: [&str; 6] = [
    "/.well-known/jwks.json",
    "/asyncapi.json",
    "/docs",
    "/docs/",
    "/redoc",
    documents::REDOC_BUNDLE,
];
