//! What user-svc asks when an account is to be erased.

use actix_web::HttpResponse;
use actix_web::web::{self, Data};
use souk_auth::Peer;
use souk_clients::account::AccountAttempt;
use souk_http::{Json, Path};
use uuid::Uuid;

use crate::{AppState, Result, ops};

/// The routes at the root, which the gateway never passes on.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route(
        "/internal/accounts/{user_id}/close",
        web::post().to(close_account),
    )
    .route(
        "/internal/accounts/{user_id}/reopen",
        web::post().to(reopen_account),
    );
}

async fn close_account(
    state: Data<AppState>,
    _: Peer,
    user_id: Path<Uuid>,
    body: Json<AccountAttempt>,
) -> Result<HttpResponse> {
    state
        .db
        .transaction(async |tx| ops::close_account(tx, *user_id, body.attempt).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn reopen_account(
    state: Data<AppState>,
    _: Peer,
    user_id: Path<Uuid>,
    body: Json<AccountAttempt>,
) -> Result<HttpResponse> {
    state
        .db
        .transaction(async |tx| ops::reopen_account(tx, *user_id, body.attempt).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
