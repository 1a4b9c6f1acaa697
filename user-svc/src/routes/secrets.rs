//! What the gateway asks for: forgotten passwords, e-mail addresses to be verified.

use actix_web::HttpResponse;
use actix_web::web::{self, Data};
use chrono::Utc;
use souk_clients::user::{ConfirmResetBody, Ended, ResetBody, VerifyEmailBody};
use souk_http::{Json, Path};
use uuid::Uuid;

use crate::{AppState, Result, flows, ops};

/// The routes at the root, which the gateway never passes on.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/internal/password-resets", web::post().to(ask_for_reset))
        .route(
            "/internal/password-resets/confirm",
            web::post().to(reset_password),
        )
        .route("/internal/email-verifications", web::post().to(verify_email))
        .route(
            "/internal/users/{user_id}/email-verification",
            web::post().to(ask_for_verification),
        );
}

async fn ask_for_reset(state: Data<AppState>, body: Json<ResetBody>) -> Result<HttpResponse> {
    state
        .db
        .transaction(async |tx| ops::ask_for_reset(tx, &body.email).await)
        .await?;
    Ok(HttpResponse::Accepted().finish())
}

async fn reset_password(state: Data<AppState>, body: Json<ConfirmResetBody>) -> Result<Json<Ended>> {
    let ended = flows::reset_password(&state.db, body.into_inner()).await?;
    Ok(Json(ended.into()))
}

async fn verify_email(state: Data<AppState>, body: Json<VerifyEmailBody>) -> Result<HttpResponse> {
    state
        .db
        .transaction(async |tx| ops::verify_email(tx, &body.token, Utc::now()).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn ask_for_verification(state: Data<AppState>, user_id: Path<Uuid>) -> Result<HttpResponse> {
    let id = user_id.into_inner();
    state
        .db
        .transaction(async |tx| ops::ask_for_verification(tx, id).await)
        .await?;
    Ok(HttpResponse::Accepted().finish())
}
