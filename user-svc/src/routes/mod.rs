//! The URL table.
//!
//! | call | handler |
//! | --- | --- |
//! | `GET /api/v1/users/me` | [`users::get_me`] |
//! | `PATCH /api/v1/users/me` | [`users::edit_me`] |
//! | `GET /api/v1/users/me/addresses` | [`addresses::list_addresses`] |
//! | `POST /api/v1/users/me/addresses` | [`addresses::add_address`] |
//! | `GET /api/v1/users/me/addresses/{address_id}` | [`addresses::get_address`] |
//! | `PATCH /api/v1/users/me/addresses/{address_id}` | [`addresses::edit_address`] |
//! | `DELETE /api/v1/users/me/addresses/{address_id}` | [`addresses::remove_address`] |
//! | `GET /api/v1/users/me/export` | [`export::export_me`] |
//! | `DELETE /api/v1/users/me` | [`erasure::erase_me`] |
//! | `PUT /api/v1/users/me/avatar` | [`avatars::put_avatar`] |
//! | `DELETE /api/v1/users/me/avatar` | [`avatars::remove_avatar`] |
//! | `GET /api/v1/avatars/{file}` | [`avatars::get_avatar`] |
//! | `GET /internal/users/{user_id}/addresses/{address_id}` | [`internal_addresses`] |
//! | `GET /internal/users/{user_id}/status` | [`account_status`] |
//! | `POST /internal/users/by-email` | [`lookup`] |
//! | `PUT /api/v1/users/me/password` | [`passwords::change_password`] |
//! | `GET /api/v1/users` | [`operators::list_users`] |
//! | `GET /api/v1/users/{id}` | [`operators::get_user`] |
//! | `PATCH /api/v1/users/{id}` | [`operators::administer_user`] |
//! | `POST /internal/users`, `/internal/sessions`, `.../refresh`, `.../{id}/end` | [`internal`] |
//! | `GET /internal/users/{id}/sessions`, `POST .../end`, `.../{id}/end` | [`own_sessions`] |
//! | `POST /internal/password-resets`, `.../confirm`, `/internal/email-verifications`, `/internal/users/{id}/email-verification` | [`secrets`] |
//! | `GET /internal/sessions/ended`, `/internal/users/ended` | [`ended`] |

pub mod account_status;
pub mod address_bodies;
pub mod addresses;
pub mod avatars;
pub mod ended;
pub mod erasure;
pub mod export;
pub mod internal;
pub mod internal_addresses;
pub mod lookup;
pub mod operators;
pub mod own_sessions;
pub mod passwords;
mod problem;
pub mod secrets;
pub mod users;

use souk_auth::InternalRoute;
use souk_auth::members::{GATEWAY_ITSELF, ORDER_SVC};
use utoipa_actix_web::service_config::ServiceConfig;

/// The internal routes, and who may call them.
pub const INTERNAL: &[InternalRoute] = &[
    InternalRoute::post("/internal/users", SESSIONS),
    InternalRoute::post("/internal/sessions", SESSIONS),
    InternalRoute::post("/internal/sessions/refresh", SESSIONS),
    InternalRoute::post("/internal/sessions/{session_id}/end", SESSIONS),
    InternalRoute::get("/internal/sessions/ended", SESSIONS),
    InternalRoute::get("/internal/users/ended", SESSIONS),
    InternalRoute::get("/internal/users/{user_id}/sessions", SESSIONS),
    InternalRoute::post("/internal/users/{user_id}/sessions/end", SESSIONS),
    InternalRoute::post("/internal/users/{user_id}/sessions/{session_id}/end", SESSIONS),
    InternalRoute::post("/internal/password-resets", SESSIONS),
    InternalRoute::post("/internal/password-resets/confirm", SESSIONS),
    InternalRoute::post("/internal/email-verifications", SESSIONS),
    InternalRoute::post("/internal/users/{user_id}/email-verification", SESSIONS),
    InternalRoute::get("/internal/users/{user_id}/addresses/{address_id}", &[ORDER_SVC]),
    InternalRoute::get("/internal/users/{user_id}/status", &[ORDER_SVC]),
    InternalRoute::post("/internal/users/by-email", &[ORDER_SVC]),
];

/// Sessions, and what is done without one, are the gateway's.
const SESSIONS: &[&str] = &[GATEWAY_ITSELF];

/// The public routes, under `/api/v1`.
pub fn configure(app: &mut ServiceConfig) {
    app.service(users::get_me)
        .service(users::edit_me)
        .service(export::export_me)
        .service(erasure::erase_me)
        .service(addresses::list_addresses)
        .service(addresses::add_address)
        .service(addresses::get_address)
        .service(addresses::edit_address)
        .service(addresses::remove_address)
        .service(passwords::change_password)
        .service(operators::list_users)
        .service(operators::get_user)
        .service(operators::administer_user)
        .service(avatars::put_avatar)
        .service(avatars::remove_avatar)
        .service(avatars::get_avatar);
}
