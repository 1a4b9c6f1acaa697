//! Avatars: one's own, and everybody's to see.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest, HttpResponse, delete, get, put};
use futures_util::future::LocalBoxFuture;
use souk_auth::Caller;
use souk_clients::user::UserBody;
use souk_http::{Image, Json, Path, Problem, ProblemBody, Refusals};
use tokio::time::timeout;
use utoipa::IntoResponses;
use uuid::Uuid;

use crate::decoder::UploadPermit;
use crate::{AppState, Error, Result, flows};

/// How long the body of an upload may take; until then it keeps others from theirs.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long an avatar may be kept by caches, and so be seen after it was removed or its user erased.
const CACHE_CONTROL: &str = "public, max-age=3600, must-revalidate";

/// An image whose body was read only after there was room for it.
pub struct Upload(UploadPermit, Bytes);

impl FromRequest for Upload {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let state = request.app_data::<Data<AppState>>().cloned();
        let image = Image::from_request(request, payload);
        Box::pin(async move {
            let state = state.ok_or_else(|| Problem::internal("AppState is not set up"))?;
            let permit = state.decoder.admit().map_err(|busy| Problem::from(&busy))?;
            let image = timeout(UPLOAD_TIMEOUT, image).await.map_err(|_| too_slow())??;
            Ok(Self(permit, image.0))
        })
    }
}

fn too_slow() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "body-too-slow",
        "The body came too slowly",
    )
    .detail("An image must arrive within 30 seconds.")
}

/// Where an avatar is.
pub(super) fn url(id: Uuid) -> String {
    format!("/api/v1/avatars/{id}.jpg")
}

/// How an upload is refused.
#[derive(IntoResponses)]
pub enum UploadRefusals {
    /// `body-too-slow`
    #[response(status = 408, content_type = "application/problem+json")]
    TooSlow(ProblemBody),
    /// `body-too-large`
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(ProblemBody),
    /// `unsupported-media-type`
    #[response(status = 415, content_type = "application/problem+json")]
    Unsupported(ProblemBody),
    /// `unreadable-image`, `image-too-large`, `image-too-costly`
    #[response(status = 422, content_type = "application/problem+json")]
    Refused(ProblemBody),
    /// `unavailable`: too many uploads at once, or the image could not be stored
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemBody),
}

/// Set one's own avatar.
///
/// A JPEG, PNG or WebP image, recognised by its content, of at most 5 MiB and 24 million pixels. Its middle is kept as
/// a square of 256 by 256 pixels, without metadata; the old avatar is removed. An image that takes more than 128 MiB of
/// memory or two seconds to decode is refused; of an animation the first frame is kept.
///
/// 503 with `Retry-After`: too many images are being uploaded, or the image could not be stored just now.
#[utoipa::path(tag = "users", security(("bearer" = [])),
    request_body(content = inline(Image), content_type = "image/*", description = "The image itself"),
    responses((status = 200, description = "The account as it is now", body = UserBody), UploadRefusals, Refusals))]
#[put("/users/me/avatar")]
pub async fn put_avatar(state: Data<AppState>, caller: Caller, upload: Upload) -> Result<Json<UserBody>> {
    let AppState {
        db, media, decoder, ..
    } = &**state;
    let upload = (upload.0, upload.1);
    let user = flows::put_avatar(db, media, decoder, caller.user_id, upload).await?;
    Ok(Json(user.into()))
}

/// Remove one's own avatar.
///
/// Asking twice changes nothing.
#[utoipa::path(tag = "users", security(("bearer" = [])),
    responses((status = 204, description = "There is none now"), Refusals))]
#[delete("/users/me/avatar")]
pub async fn remove_avatar(state: Data<AppState>, caller: Caller) -> Result<HttpResponse> {
    flows::remove_avatar(&state.db, &state.media, caller.user_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Get an avatar.
///
/// What is under an address never changes: another picture has another address. A picture that was removed may be seen
/// in caches for an hour.
#[utoipa::path(tag = "users", params(("file" = String, Path, max_length = 40,
        description = "The end of an `avatar_url`", example = "5b8e1c52-54cf-4a4e-9d1b-1f7c5c1a2b3c.jpg")),
    responses((status = 200, description = "The picture", body = inline(Image), content_type = "image/jpeg",
        headers(("Cache-Control" = String, description = "It may be kept for an hour"))), Refusals))]
#[get("/avatars/{file}")]
pub async fn get_avatar(state: Data<AppState>, file: Path<String>) -> Result<HttpResponse> {
    let id = file
        .strip_suffix(".jpg")
        .and_then(|id| Uuid::try_parse(id).ok())
        .ok_or(Error::NotFound)?;
    let jpeg = state.media.get(id).await?.ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header(ContentType::jpeg())
        .insert_header((header::CACHE_CONTROL, CACHE_CONTROL))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(jpeg))
}
