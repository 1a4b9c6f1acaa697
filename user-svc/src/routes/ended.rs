//! What was ended: told with the answer that ended it, and listed for a gateway that missed it.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{self, Data};
use souk_auth::headers::MESH_ENDED;
use souk_clients::user::{EndedQuery, EndedSessions, EndedUsers};
use souk_http::{Json, Query, Quiet};

use crate::domain::{Ended, EndedUser};
use crate::{AppState, Result, store};

/// Items of a page.
const PAGE: usize = 1000;
/// One more, to know whether there is another page.
const FETCH: i64 = 1001;

/// The routes at the root, which the gateway never passes on.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/internal/sessions/ended", web::get().to(list_ended_sessions))
        .route("/internal/users/ended", web::get().to(list_ended_users));
}

impl From<EndedUser> for souk_clients::user::EndedUser {
    fn from(user: EndedUser) -> Self {
        Self {
            user_id: user.user_id,
            until: user.until.timestamp_millis(),
        }
    }
}

impl From<Ended> for souk_clients::user::Ended {
    fn from(ended: Ended) -> Self {
        Self {
            sessions: ended.sessions,
            users: ended.user.into_iter().map(Into::into).collect(),
        }
    }
}

/// Tells the gateway with this answer what the call has ended; it counts everywhere before the client hears of it.
pub fn telling(mut answer: HttpResponse, ended: Ended) -> HttpResponse {
    let ended = souk_clients::user::Ended::from(ended);
    if let (false, Ok(value)) = (ended.is_empty(), HeaderValue::from_str(&ended.to_string())) {
        answer
            .headers_mut()
            .insert(HeaderName::from_static(MESH_ENDED), value);
    }
    answer
}

async fn list_ended_sessions(
    state: Data<AppState>,
    query: Query<EndedQuery>,
    _quiet: Quiet,
) -> Result<Json<EndedSessions>> {
    let mut conn = state.db.conn().await?;
    let mut session_ids = store::sessions::ended_within(&mut conn, query.seconds, query.after, FETCH).await?;
    let more = session_ids.len() > PAGE;
    session_ids.truncate(PAGE);
    Ok(Json(EndedSessions { session_ids, more }))
}

async fn list_ended_users(
    state: Data<AppState>,
    query: Query<EndedQuery>,
    _quiet: Quiet,
) -> Result<Json<EndedUsers>> {
    let mut conn = state.db.conn().await?;
    let mut users = store::ended_users::ended_within(&mut conn, query.seconds, query.after, FETCH).await?;
    let more = users.len() > PAGE;
    users.truncate(PAGE);
    let users = users.into_iter().map(Into::into).collect();
    Ok(Json(EndedUsers { users, more }))
}
