//! The part of the stand-in that knows sessions, and secrets from mails.

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};
use souk_auth::Peer;
use souk_http::Problem;
use uuid::Uuid;

use crate::stand_in::Shared;

/// The only mailed secret that is good, but for a user's id, which resets the password of that user.
pub const SECRET: &str = "good";

pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/internal/users/{id}/sessions", web::get().to(sessions))
        .route("/internal/users/{id}/sessions/end", web::post().to(end_all))
        .route(
            "/internal/users/{id}/sessions/{session}/end",
            web::post().to(end_own),
        )
        .route("/internal/users/{id}/email-verification", web::post().to(accept))
        .route("/internal/password-resets", web::post().to(accept))
        .route("/internal/password-resets/confirm", web::post().to(reset))
        .route("/internal/email-verifications", web::post().to(verify));
}

async fn sessions(
    _peer: Peer,
    id: web::Path<Uuid>,
    query: web::Query<Value>,
) -> Result<HttpResponse, Problem> {
    if query.get("cursor").is_some_and(|cursor| cursor == "a&b") {
        return Err(Problem::invalid().field("/cursor", "wrong_cursor", "No."));
    }
    Ok(HttpResponse::Ok().json(json!({
        "items": [{
            "id": query["current"], "user_agent": id.to_string(), "address": query["limit"],
            "created_at": "2026-01-02T03:04:05Z", "last_used_at": "2026-01-02T03:04:05Z", "current": true,
        }],
        "next_cursor": null,
    })))
}

async fn end_own(
    _peer: Peer,
    shared: Data<Shared>,
    path: web::Path<(Uuid, Uuid)>,
) -> Result<HttpResponse, Problem> {
    let (user, session) = path.into_inner();
    let mut users = shared.users.lock().unwrap();
    if !users.has(user, session) {
        return Err(Problem::not_found());
    }
    users.ended.push(session);
    Ok(HttpResponse::NoContent().finish())
}

async fn end_all(_peer: Peer, id: web::Path<Uuid>) -> HttpResponse {
    ended(*id)
}

async fn reset(_peer: Peer, body: web::Json<Value>) -> Result<HttpResponse, Problem> {
    let user = body["token"].as_str().unwrap().parse();
    let refused =
        |_| Problem::unprocessable("invalid-reset-token", "Not valid").field("/token", "invalid", "No.");
    Ok(ended(user.map_err(refused)?))
}

async fn verify(_peer: Peer, body: web::Json<Value>) -> Result<HttpResponse, Problem> {
    if body["token"] != SECRET {
        return Err(Problem::unprocessable("invalid-verification-token", "Not valid"));
    }
    Ok(HttpResponse::NoContent().finish())
}

async fn accept(
    _peer: Peer,
    request: HttpRequest,
    shared: Data<Shared>,
    body: web::Json<Value>,
) -> HttpResponse {
    let seen = json!({ "path": request.path(), "body": *body });
    shared.users.lock().unwrap().seen.push(seen);
    HttpResponse::Accepted().finish()
}

fn ended(user: Uuid) -> HttpResponse {
    let until = chrono::Utc::now().timestamp_millis();
    HttpResponse::Ok().json(json!({ "sessions": [], "users": [{ "user_id": user, "until": until }] }))
}
