//! What the gateway asks for: registration, password check, sessions.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, Responder};
use souk_clients::user::{BeginSessionBody, RefreshSessionBody, RegisterBody, SessionGrant, UserBody};
use souk_http::{Created, Json, Path};
use uuid::Uuid;

use crate::domain::Grant;
use crate::ops::Refreshed;
use crate::{AppState, Error, Result, flows, ops};

/// The routes at the root, which the gateway never passes on.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/internal/users", web::post().to(register_user))
        .route("/internal/sessions", web::post().to(begin_session))
        .route("/internal/sessions/refresh", web::post().to(refresh_session))
        .route("/internal/sessions/{session_id}/end", web::post().to(end_session));
}

impl From<Grant> for SessionGrant {
    fn from(grant: Grant) -> Self {
        Self {
            session_id: grant.session.id,
            user_id: grant.user.id,
            role: grant.user.role().as_str().to_owned(),
            refresh_token: grant.token.token,
            expires_at: grant.session.expires_at,
            granted_at: grant.granted_at,
        }
    }
}

async fn register_user(state: Data<AppState>, body: Json<RegisterBody>) -> Result<impl Responder> {
    let user = flows::register(&state.db, body.into_inner()).await?;
    Ok(Created::at("/api/v1/users/me", UserBody::from(user)))
}

async fn begin_session(state: Data<AppState>, body: Json<BeginSessionBody>) -> Result<impl Responder> {
    let grant = flows::sign_in(&state.db, body.into_inner()).await?;
    Ok((Json(SessionGrant::from(grant)), StatusCode::CREATED))
}

async fn refresh_session(
    state: Data<AppState>,
    body: Json<RefreshSessionBody>,
) -> Result<Json<SessionGrant>> {
    let refreshed = state
        .db
        .transaction(async |tx| ops::refresh_session(tx, &body.refresh_token).await)
        .await?;
    match refreshed {
        Refreshed::Renewed(grant) => Ok(Json((*grant).into())),
        Refreshed::Refused(refusal) => Err(Error::Refresh(refusal)),
    }
}

async fn end_session(state: Data<AppState>, session_id: Path<Uuid>) -> Result<HttpResponse> {
    let id = session_id.into_inner();
    state
        .db
        .transaction(async |tx| ops::end_session(tx, id).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
