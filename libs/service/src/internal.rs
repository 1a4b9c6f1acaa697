//! The internal routes that every service has, and who may call them.

use souk_auth::InternalRoute;
use souk_auth::members::{GATEWAY_ITSELF, USER_SVC};
use souk_clients::report::REPORT_PATH;
use souk_clients::trace::{HANDLED_PATH, WRITTEN_PATH};

/// The gateway, for operators.
const OPERATORS: &[&str] = &[GATEWAY_ITSELF];

/// Those of this crate; a service adds its own.
pub(crate) const SHARED: &[InternalRoute] = &[
    InternalRoute::get(REPORT_PATH, OPERATORS),
    InternalRoute::get("/internal/parked", OPERATORS),
    InternalRoute::post("/internal/parked/replay", OPERATORS),
    InternalRoute::post("/internal/parked/drop", OPERATORS),
    InternalRoute::get("/internal/parked/types", OPERATORS),
    InternalRoute::post("/internal/parked/types", OPERATORS),
    InternalRoute::get("/internal/parked/{id}", OPERATORS),
    InternalRoute::delete("/internal/parked/{id}", OPERATORS),
    InternalRoute::post("/internal/parked/{id}/replay", OPERATORS),
    InternalRoute::post(WRITTEN_PATH, OPERATORS),
    InternalRoute::post(HANDLED_PATH, OPERATORS),
    InternalRoute::get("/internal/users/{user_id}/export", &[USER_SVC]),
];
