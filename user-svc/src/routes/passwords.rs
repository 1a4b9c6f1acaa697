//! One's own password.

use actix_web::web::Data;
use actix_web::{HttpResponse, put};
use serde::Deserialize;
use souk_auth::Caller;
use souk_http::{Json, ProblemBody, Refusals};
use utoipa::ToSchema;
use validator::Validate;

use super::ended::telling;
use crate::{AppState, Result, flows};

/// The password as it is, and as it shall be.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePasswordBody {
    /// The password as it is.
    #[validate(length(min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128, example = "seven brave otters")]
    current_password: String,
    /// At least 10 characters, not among the common ones.
    #[validate(length(min = 10, max = 128))]
    #[schema(min_length = 10, max_length = 128, example = "eleven calm herons")]
    new_password: String,
}

/// Change one's own password.
///
/// Every other session ends at once, with its tokens; the one that asks goes on. Whoever has very many sessions must
/// refresh this one too. A link for a new password that was mailed before is void.
#[utoipa::path(tag = "users", security(("bearer" = [])), request_body = ChangePasswordBody, responses(
    (status = 204, description = "Changed"),
    (status = 422, description = "`validation-failed`: `/current_password` is wrong, or `/new_password` is not good enough",
        body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "`revocation-unavailable`: changed, but the other sessions may go on for a moment",
        body = ProblemBody, content_type = "application/problem+json"),
    Refusals))]
#[put("/users/me/password")]
pub async fn change_password(
    state: Data<AppState>,
    caller: Caller,
    body: Json<ChangePasswordBody>,
) -> Result<HttpResponse> {
    let ChangePasswordBody {
        current_password,
        new_password,
    } = body.into_inner();
    let ended = flows::change_password(&state.db, caller, current_password, new_password).await?;
    Ok(telling(HttpResponse::NoContent().finish(), ended))
}
