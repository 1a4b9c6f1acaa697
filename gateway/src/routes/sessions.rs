//! Accounts and sessions.

use actix_web::http::header::{CACHE_CONTROL, USER_AGENT};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Responder, post};
use serde::{Deserialize, Serialize};
use souk_clients::user::{BeginSessionBody, RefreshSessionBody, RegisterBody, UserBody};
use souk_http::{Created, Json, MaybeJson, Refusals};
use utoipa::ToSchema;
use validator::Validate;

use super::session::Session;
use crate::edge::{CountedJson, LoginBody};
use crate::flows::{self, Pair};
use crate::tokens::LIFE_SECONDS;
use crate::{AppState, Result, Worker};

/// A refresh token.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshBody {
    /// The one that came with the last pair.
    #[validate(length(min = 1, max = 512))]
    #[schema(
        min_length = 1,
        max_length = 512,
        example = "u8J3kq1Zr0Yx7mW2vB9nC4tL6pQ5sD8fG1hJ3kM7wXo"
    )]
    refresh_token: String,
}

/// What to end; nothing needs to be said, the session of the access token ends as a whole.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogoutBody {
    /// The session's refresh token, which is dead afterwards whether it is given here or not.
    #[validate(length(min = 1, max = 512))]
    #[schema(min_length = 1, max_length = 512)]
    refresh_token: Option<String>,
}

/// A pair of tokens.
#[derive(Serialize, ToSchema)]
pub struct TokenBody {
    /// To be sent as `Authorization: Bearer ...`.
    #[schema(example = "eyJhbGciOiJFZERTQSIsImtpZCI6Ii4uLiJ9.eyJzdWIiOiIuLi4ifQ.c2ln")]
    access_token: String,
    /// Gives the next pair, once, within 7 days.
    #[schema(example = "u8J3kq1Zr0Yx7mW2vB9nC4tL6pQ5sD8fG1hJ3kM7wXo")]
    refresh_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// How many seconds the access token lives.
    #[schema(example = 900)]
    expires_in: i64,
}

/// Register.
///
/// Makes a customer. The e-mail address is the login name, unique without regard to case.
#[utoipa::path(tag = "auth", request_body = RegisterBody, responses(
    (status = 201, description = "Registered", body = UserBody, headers(("Location" = String))),
    (status = 409, description = "`email-taken`", body = souk_http::ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "`validation-failed`", body = souk_http::ProblemBody, content_type = "application/problem+json"),
    Refusals))]
#[post("/auth/register")]
pub async fn register_user(
    state: Data<AppState>,
    body: CountedJson<RegisterBody>,
) -> Result<Created<UserBody>> {
    let user = state.users.register(&body.0).await?;
    Ok(Created::at("/api/v1/users/me", user))
}

/// Log in.
///
/// A wrong password and an unknown address are answered alike.
#[utoipa::path(tag = "auth", request_body = LoginBody, responses(
    (status = 200, description = "Logged in", body = TokenBody),
    (status = 401, description = "`invalid-credentials`", body = souk_http::ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "`revocation-unavailable` or `service-unavailable`", body = souk_http::ProblemBody, content_type = "application/problem+json"),
    Refusals))]
#[post("/auth/login")]
pub async fn begin_session(
    state: Data<AppState>,
    worker: Data<Worker>,
    request: HttpRequest,
    body: CountedJson<LoginBody>,
) -> Result<impl Responder> {
    let LoginBody { email, password } = body.0;
    let user_agent = request
        .headers()
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let begin = BeginSessionBody {
        email,
        password,
        user_agent: user_agent.map(|text| text.chars().take(500).collect()),
        address: Some(state.trusted.client_of(&request).to_string()),
    };
    let pair = flows::begin_session(&state.users, &state.tokens, &worker.revocations, &begin).await?;
    Ok(tokens(pair))
}

/// Refresh.
///
/// The refresh token is spent by this call. Presented again within 10 seconds, while the new refresh token is unused, it
/// gives the same new refresh token and a fresh access token: two tabs may refresh at the same moment, and a lost answer
/// may be asked for again. After that, using it ends its whole session: somebody has a copy.
#[utoipa::path(tag = "auth", request_body = RefreshBody, responses(
    (status = 200, description = "A new pair", body = TokenBody),
    (status = 401, description = "`invalid-refresh-token`", body = souk_http::ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "`revocation-unavailable` or `service-unavailable`", body = souk_http::ProblemBody, content_type = "application/problem+json"),
    Refusals))]
#[post("/auth/refresh")]
pub async fn refresh_session(
    state: Data<AppState>,
    worker: Data<Worker>,
    body: Json<RefreshBody>,
) -> Result<impl Responder> {
    let refresh = RefreshSessionBody {
        refresh_token: body.into_inner().refresh_token,
    };
    let pair = flows::refresh_session(&state.users, &state.tokens, &worker.revocations, &refresh).await?;
    Ok(tokens(pair))
}

/// Log out.
///
/// Ends the session: its access and refresh tokens are dead at once, on every replica.
#[utoipa::path(tag = "auth", security(("bearer" = [])), request_body = Option<LogoutBody>, responses(
    (status = 204, description = "Logged out"),
    (status = 401, description = "`authentication-required`, `invalid-token`, `expired-token` or `revoked-token`",
        body = souk_http::ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "`revocation-unavailable` or `service-unavailable`: try again",
        body = souk_http::ProblemBody, content_type = "application/problem+json"),
    Refusals))]
#[post("/auth/logout")]
pub async fn end_session(
    state: Data<AppState>,
    worker: Data<Worker>,
    session: Session,
    _body: MaybeJson<LogoutBody>,
) -> Result<HttpResponse> {
    flows::end_session(&state.users, &worker.revocations, &session.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn tokens(pair: Pair) -> impl Responder {
    let body = TokenBody {
        access_token: pair.access,
        refresh_token: pair.refresh,
        token_type: "Bearer",
        expires_in: LIFE_SECONDS,
    };
    Json(body).customize().insert_header((CACHE_CONTROL, "no-store"))
}
