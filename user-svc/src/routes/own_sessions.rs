//! What the gateway asks for on behalf of a user: his sessions.

use actix_web::HttpResponse;
use actix_web::web::{self, Data};
use souk_clients::user::{Ended, SessionBody, SessionsQuery};
use souk_http::{Json, Page, PageQuery, Path, Query};
use uuid::Uuid;

use crate::domain::OwnSession;
use crate::{AppState, Error, Result, ops, store};

/// The routes at the root, which the gateway never passes on.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/internal/users/{user_id}/sessions", web::get().to(list_sessions))
        .route(
            "/internal/users/{user_id}/sessions/end",
            web::post().to(end_all_sessions),
        )
        .route(
            "/internal/users/{user_id}/sessions/{session_id}/end",
            web::post().to(end_own_session),
        );
}

fn body(session: OwnSession, current: Option<Uuid>) -> SessionBody {
    SessionBody {
        id: session.id,
        user_agent: session.user_agent,
        address: session.address,
        created_at: session.created_at,
        last_used_at: session.last_used_at,
        current: current == Some(session.id),
    }
}

async fn list_sessions(
    state: Data<AppState>,
    user_id: Path<Uuid>,
    query: Query<SessionsQuery>,
    page: Query<PageQuery>,
) -> actix_web::Result<Json<Page<SessionBody>>> {
    let after = page.after::<Uuid>()?;
    let mut conn = state.db.conn().await.map_err(Error::from)?;
    let sessions = store::sessions::living(&mut conn, user_id.into_inner(), after, page.fetch())
        .await
        .map_err(Error::from)?;
    let page = Page::from_rows(sessions, &page, |session| session.id);
    Ok(Json(page.map(|session| body(session, query.current))))
}

async fn end_own_session(state: Data<AppState>, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (user_id, session_id) = path.into_inner();
    state
        .db
        .transaction(async |tx| ops::end_own_session(tx, user_id, session_id).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn end_all_sessions(state: Data<AppState>, user_id: Path<Uuid>) -> Result<Json<Ended>> {
    let id = user_id.into_inner();
    let ended = state
        .db
        .transaction(async |tx| ops::end_all_sessions(tx, id).await)
        .await?;
    Ok(Json(ended.into()))
}
