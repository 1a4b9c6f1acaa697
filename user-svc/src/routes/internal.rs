//! What the gateway asks for: registration, password check, sessions.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, Responder};
use chrono::{TimeDelta, Utc};
use souk_clients::user::{
    BeginSessionBody, EndedSessions, EndedSessionsQuery, RefreshSessionBody, RegisterBody, SessionGrant,
    UserBody,
};
use souk_http::{Created, Json, Path, Query};
use uuid::Uuid;

use crate::domain::{IssuedToken, Session, User};
use crate::ops::Refreshed;
use crate::{AppState, Error, Result, flows, ops, store};

/// The routes at the root, which the gateway never passes on.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/internal/users", web::post().to(register_user))
        .route("/internal/sessions", web::post().to(begin_session))
        .route("/internal/sessions/refresh", web::post().to(refresh_session))
        .route("/internal/sessions/ended", web::get().to(list_ended_sessions))
        .route("/internal/sessions/{session_id}/end", web::post().to(end_session));
}

fn grant(user: &User, session: &Session, issued: IssuedToken) -> SessionGrant {
    SessionGrant {
        session_id: session.id,
        user_id: user.id,
        role: user.role().as_str().to_owned(),
        refresh_token: issued.token,
        expires_at: session.expires_at,
    }
}

async fn register_user(state: Data<AppState>, body: Json<RegisterBody>) -> Result<impl Responder> {
    let user = flows::register(&state.db, body.into_inner()).await?;
    Ok(Created::at("/api/v1/users/me", UserBody::from(user)))
}

async fn begin_session(state: Data<AppState>, body: Json<BeginSessionBody>) -> Result<impl Responder> {
    let (user, session, issued) = flows::sign_in(&state.db, body.into_inner()).await?;
    Ok((Json(grant(&user, &session, issued)), StatusCode::CREATED))
}

async fn refresh_session(
    state: Data<AppState>,
    body: Json<RefreshSessionBody>,
) -> Result<Json<SessionGrant>> {
    let refreshed = state
        .db
        .transaction(async |tx| ops::refresh_session(tx, &body.refresh_token, Utc::now()).await)
        .await?;
    match refreshed {
        Refreshed::Renewed(renewed) => {
            let (user, session, issued) = *renewed;
            Ok(Json(grant(&user, &session, issued)))
        }
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

/// What the gateway writes into a Redis that has forgotten.
async fn list_ended_sessions(
    state: Data<AppState>,
    query: Query<EndedSessionsQuery>,
) -> Result<Json<EndedSessions>> {
    const PAGE: usize = 1000;
    let mut conn = state.db.conn().await?;
    let since = Utc::now() - TimeDelta::seconds(query.seconds);
    let mut session_ids = store::sessions::ended_since(&mut conn, since, query.after, 1001).await?;
    let more = session_ids.len() > PAGE;
    session_ids.truncate(PAGE);
    Ok(Json(EndedSessions { session_ids, more }))
}
