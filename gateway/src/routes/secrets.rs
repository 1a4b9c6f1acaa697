//! Forgotten passwords, and e-mail addresses to be verified.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use souk_clients::user::{ConfirmResetBody, ResetBody, VerifyEmailBody};
use souk_http::{Json, ProblemBody, Refusals};

use super::session::Session;
use crate::edge::CountedJson;
use crate::{AppState, Result, Worker, flows};

/// Ask for a new password.
///
/// A link is mailed to the address if it has an account. The answer is the same if it has none. The link works once,
/// within 30 minutes, and only if it is the latest one.
#[utoipa::path(tag = "auth", request_body = ResetBody, responses(
    (status = 202, description = "Accepted, whether or not there is such an account"),
    (status = 422, description = "`validation-failed`", body = ProblemBody, content_type = "application/problem+json"),
    Refusals))]
#[post("/auth/password-reset")]
pub async fn ask_for_reset(state: Data<AppState>, body: CountedJson<ResetBody>) -> Result<HttpResponse> {
    state.users.ask_for_reset(&body.0).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Set a new password by a mailed link.
///
/// Ends every session of the user: all access and refresh tokens are dead at once, on every replica.
#[utoipa::path(tag = "auth", request_body = ConfirmResetBody, responses(
    (status = 204, description = "Set: log in with it"),
    (status = 422, description = "`invalid-reset-token`: used, replaced by a newer one, or expired; \
        `validation-failed`: the password is not good enough, and the link still works",
        body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "`revocation-unavailable` or `service-unavailable`: try again",
        body = ProblemBody, content_type = "application/problem+json"),
    Refusals))]
#[post("/auth/password-reset/confirm")]
pub async fn confirm_reset(
    state: Data<AppState>,
    worker: Data<Worker>,
    body: Json<ConfirmResetBody>,
) -> Result<HttpResponse> {
    flows::confirm_reset(&state.users, &worker.revocations, &body).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Verify an e-mail address by a mailed link.
///
/// The link is mailed at registration and works once, within three days.
#[utoipa::path(tag = "auth", request_body = VerifyEmailBody, responses(
    (status = 204, description = "Verified"),
    (status = 422, description = "`invalid-verification-token`: used, replaced by a newer one, or expired",
        body = ProblemBody, content_type = "application/problem+json"),
    Refusals))]
#[post("/auth/verify-email")]
pub async fn verify_email(state: Data<AppState>, body: Json<VerifyEmailBody>) -> Result<HttpResponse> {
    state.users.verify_email(&body).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ask for the verification mail again.
///
/// The link that was mailed before is void when the new one is on its way.
#[utoipa::path(tag = "auth", security(("bearer" = [])), responses(
    (status = 202, description = "Accepted"),
    (status = 401, description = "`authentication-required`, `invalid-token`, `expired-token` or `revoked-token`",
        body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "`email-verified`: there is nothing left to verify", body = ProblemBody,
        content_type = "application/problem+json"),
    Refusals))]
#[post("/auth/verify-email/resend")]
pub async fn ask_for_verification(state: Data<AppState>, session: Session) -> Result<HttpResponse> {
    state.users.ask_for_verification(session.0.sub).await?;
    Ok(HttpResponse::Accepted().finish())
}
