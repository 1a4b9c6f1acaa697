//! Avatars: one's own, and everybody's to see.

use actix_web::http::header::{self, ContentType};
use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, put};
use souk_auth::Caller;
use souk_clients::user::UserBody;
use souk_http::{Image, Json, Path, Refusals};
use uuid::Uuid;

use crate::{AppState, Error, Result, flows};

/// Where an avatar is.
pub(super) fn url(id: Uuid) -> String {
    format!("/api/v1/avatars/{id}.jpg")
}

/// Set one's own avatar.
///
/// A JPEG, PNG or WebP image, told by its content, of at most 5 MiB and 24 million pixels. Its middle is kept as a
/// square of 256 by 256 pixels, without metadata; the old avatar is removed.
#[utoipa::path(tag = "users", security(("bearer" = [])),
    request_body(content = inline(Image), content_type = "image/*", description = "The image itself"),
    responses((status = 200, description = "The account as it is now", body = UserBody), Refusals))]
#[put("/users/me/avatar")]
pub async fn put_avatar(state: Data<AppState>, caller: Caller, image: Image) -> Result<Json<UserBody>> {
    let user = flows::put_avatar(&state.db, &state.media, caller.user_id, image.0).await?;
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
/// What is under an address never changes: another picture has another address.
#[utoipa::path(tag = "users", params(("file" = String, Path, max_length = 40,
        description = "The end of an `avatar_url`", example = "5b8e1c52-54cf-4a4e-9d1b-1f7c5c1a2b3c.jpg")),
    responses((status = 200, description = "The picture", body = inline(Image), content_type = "image/jpeg",
        headers(("Cache-Control" = String, description = "It may be kept for ever"))), Refusals))]
#[get("/avatars/{file}")]
pub async fn get_avatar(state: Data<AppState>, file: Path<String>) -> Result<HttpResponse> {
    let id = file
        .strip_suffix(".jpg")
        .and_then(|id| Uuid::try_parse(id).ok())
        .ok_or(Error::NotFound)?;
    let jpeg = state.media.get(id).await?.ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header(ContentType::jpeg())
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(jpeg))
}
