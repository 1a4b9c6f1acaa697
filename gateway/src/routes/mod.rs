//! The URL table.
//!
//! | call | handler |
//! | --- | --- |
//! | `POST /api/v1/auth/register` | [`sessions::register_user`] |
//! | `POST /api/v1/auth/login` | [`sessions::begin_session`] |
//! | `POST /api/v1/auth/refresh` | [`sessions::refresh_session`] |
//! | `POST /api/v1/auth/logout` | [`sessions::end_session`] |
//! | `GET /api/v1/ops/mesh` | [`ops::get_mesh`] |
//! | `GET /api/v1/ops/parked`, `/{id}`, `POST .../{id}/replay`, `.../replay`, `.../drop`, `DELETE .../{id}` | [`parked`] |
//! | `GET /.well-known/jwks.json` | [`documents::jwks`] |
//! | `GET /openapi.json`, `/asyncapi.json`, `/docs`, `/redoc` | [`documents`] |
//! | everything else under `/api/v1` | [`forward::forward`] |

pub mod documents;
pub mod forward;
pub mod ops;
pub mod parked;
mod problem;
mod refusals;
pub mod session;
pub mod sessions;

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
        .service(parked::replay_parked_queue)
        .service(parked::drop_parked_queue)
        .service(parked::get_parked)
        .service(parked::replay_parked)
        .service(parked::drop_parked);
}

/// What stands at the root, and what is passed on.
pub fn root(app: &mut web::ServiceConfig) {
    documents::configure(app);
    app.default_service(web::to(forward::forward));
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
