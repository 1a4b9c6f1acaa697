//! One's own sessions.

use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, post};
use souk_clients::user::SessionBody;
use souk_http::{Json, Page, PageQuery, Path, ProblemBody, Query, Refusals};
use uuid::Uuid;

use super::session::Session;
use crate::{AppState, Result, Worker, flows};

/// List one's own sessions.
///
/// Those that have not ended, newest first.
#[utoipa::path(tag = "auth", security(("bearer" = [])), params(PageQuery), responses(
    (status = 200, description = "A page", body = Page<SessionBody>),
    (status = 401, description = "`authentication-required`, `invalid-token`, `expired-token` or `revoked-token`",
        body = ProblemBody, content_type = "application/problem+json"),
    Refusals))]
#[get("/auth/sessions")]
pub async fn list_sessions(
    state: Data<AppState>,
    session: Session,
    page: Query<PageQuery>,
) -> Result<Json<Page<SessionBody>>> {
    let Session(claims) = session;
    Ok(Json(state.users.sessions(claims.sub, claims.sid, &page).await?))
}

/// End one of one's own sessions.
///
/// Its access and refresh tokens are dead at once, on every replica. Ending it twice changes nothing.
#[utoipa::path(tag = "auth", security(("bearer" = [])), params(("session_id" = Uuid, Path, description = "The session")),
    responses(
    (status = 204, description = "Ended"),
    (status = 401, description = "`authentication-required`, `invalid-token`, `expired-token` or `revoked-token`",
        body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`: one has no such session", body = ProblemBody,
        content_type = "application/problem+json"),
    (status = 503, description = "`revocation-unavailable` or `service-unavailable`: try again",
        body = ProblemBody, content_type = "application/problem+json"),
    Refusals))]
#[delete("/auth/sessions/{session_id}")]
pub async fn end_own_session(
    state: Data<AppState>,
    worker: Data<Worker>,
    session: Session,
    session_id: Path<Uuid>,
) -> Result<HttpResponse> {
    let id = session_id.into_inner();
    flows::end_own_session(&state.users, &worker.revocations, &session.0, id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Log out everywhere.
///
/// Ends every session, this one too: all access and refresh tokens are dead at once, on every replica.
#[utoipa::path(tag = "auth", security(("bearer" = [])), responses(
    (status = 204, description = "Logged out"),
    (status = 401, description = "`authentication-required`, `invalid-token`, `expired-token` or `revoked-token`",
        body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "`revocation-unavailable` or `service-unavailable`: try again",
        body = ProblemBody, content_type = "application/problem+json"),
    Refusals))]
#[post("/auth/logout-everywhere")]
pub async fn end_all_sessions(
    state: Data<AppState>,
    worker: Data<Worker>,
    session: Session,
) -> Result<HttpResponse> {
    flows::end_all_sessions(&state.users, &worker.revocations, &session.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
