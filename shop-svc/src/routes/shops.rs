//! Shops: apply, find, read, change, close.

use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, patch, post};
use chrono::Utc;
use serde::{Deserialize, Serialize};
use souk_auth::{Admin, Caller, Visitor};
use souk_db::{Claim, Conn, has_trigram};
use souk_http::{
    Created, ETag, IdempotencyKey, IfMatch, Json, Page, PageQuery, Path, Problem, Query, Refusals,
    StoredResponse, Tagged,
};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::bodies::{ShopBody, ShopStatusBody, present, viewer};
use crate::domain::{About, Shop, ShopEdit, ShopError, ShopName, ShopStatus, View, Viewer};
use crate::flows::ViewLog;
use crate::store::shops::ShopFilter;
use crate::{AppState, Result, ops, store};

/// An application for a shop.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyBody {
    /// Its name.
    #[validate(length(min = 3, max = 100))]
    #[schema(min_length = 3, max_length = 100, example = "Caspian Leather")]
    name: String,
    /// What it says of itself.
    #[validate(length(max = 1000))]
    #[schema(max_length = 1000, example = "Bags and belts made in Baku.")]
    about: Option<String>,
}

/// A partial change of a shop; what is absent stays.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditBody {
    /// New name.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(min = 3, max = 100))]
    #[schema(
        nullable = false,
        min_length = 3,
        max_length = 100,
        example = "Caspian Leather"
    )]
    name: Option<String>,
    /// New text; `null` removes it.
    #[serde(default, deserialize_with = "souk_http::nullable")]
    #[validate(length(max = 1000))]
    #[schema(value_type = Option<String>, max_length = 1000)]
    about: Option<Option<String>>,
}

/// Which shops to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// A part of the name, at least three letters or digits in a row. Upper and lower case are equal, and spelling mistakes
    /// are not corrected. To search as customers do, use `GET /api/v1/search`.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100, example = "leather")]
    q: Option<String>,
    /// In this status; only admins may ask.
    #[param(inline)]
    status: Option<ShopStatusBody>,
}

/// The index of names knows no shorter parts, so every shop would be read.
fn too_short() -> Problem {
    let detail = "Give at least three letters or digits in a row.";
    Problem::invalid().field("/q", "too_short", detail)
}

fn tagged(shop: Shop) -> Tagged<ShopBody> {
    Tagged::new(ETag::version(shop.version), shop.into())
}

/// Apply for a shop.
///
/// It waits for an administrator's approval. A user has one open shop. Send an `Idempotency-Key` to be safe when you
/// try again.
#[utoipa::path(tag = "shops", security(("bearer" = [])), request_body = ApplyBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Your own name for this application, \
        1 to 255 printable characters; kept for 24 hours")),
    responses((status = 201, description = "The application", body = ShopBody, headers(("Location" = String), ("ETag" = String))), Refusals))]
#[post("/shops")]
pub async fn apply_for_shop(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<ApplyBody>,
) -> Result<StoredResponse> {
    let name = ShopName::parse(&body.name)?;
    let about = About::parse(body.about.as_deref())?;
    let claim = key
        .into_inner()
        .map(|key| Claim::new(caller.user_id, key, "apply_for_shop", &body.0));
    let apply = async |tx: &mut Conn| ops::apply_for_shop(tx, caller.user_id, name, about).await;
    let respond = |shop: Shop| {
        let etag = ETag::version(shop.version);
        Created::at(format!("/api/v1/shops/{}", shop.id), ShopBody::from(shop))
            .tagged(etag)
            .stored()
    };
    state.db.once(claim.as_ref(), apply, respond).await
}

/// List shops.
///
/// The approved ones, newest first. Administrators may ask for those in another status.
#[utoipa::path(tag = "shops", security((), ("bearer" = [])), params(ListQuery, PageQuery),
    responses((status = 200, description = "A page", body = Page<ShopBody>), Refusals))]
#[get("/shops")]
pub async fn list_shops(
    state: Data<AppState>,
    admin: Result<Admin, Problem>,
    query: Query<ListQuery>,
    page: Query<PageQuery>,
) -> actix_web::Result<Json<Page<ShopBody>>> {
    let query = query.into_inner();
    let status = match query.status.map(ShopStatus::from) {
        None | Some(ShopStatus::Approved) => ShopStatus::Approved,
        Some(hidden) => admin.map(|_| hidden)?,
    };
    let filter = ShopFilter {
        status,
        name: query.q,
        after: page.after::<Uuid>()?,
        limit: page.fetch(),
    };
    let shops = match filter.name.as_deref() {
        None => {
            let mut conn = state.db.conn().await.map_err(crate::Error::from)?;
            store::shops::list(&mut conn, &filter).await?
        }
        Some(part) if has_trigram(part) => {
            let list = async |tx: &mut Conn| store::shops::list(tx, &filter).await;
            state.db.plan_by_value(list).await?
        }
        Some(_) => return Err(too_short().into()),
    };
    Ok(Json(
        Page::from_rows(shops, &page, |shop| shop.id).map(ShopBody::from),
    ))
}

/// Read one's own shop.
///
/// The open one, in whatever status.
#[utoipa::path(tag = "shops", security(("bearer" = [])),
    responses((status = 200, description = "The shop", body = ShopBody, headers(("ETag" = String))), Refusals))]
#[get("/shops/mine")]
pub async fn get_my_shop(state: Data<AppState>, caller: Caller) -> Result<Tagged<ShopBody>> {
    let mut conn = state.db.conn().await?;
    let shop = store::shops::find_open_of(&mut conn, caller.user_id).await?;
    Ok(tagged(shop.ok_or(ShopError::NotFound)?))
}

/// Read a shop.
///
/// By id or slug. The public sees approved shops, owners and administrators others as well.
#[utoipa::path(tag = "shops", security((), ("bearer" = [])),
    params(("shop" = String, Path, description = "Id or slug", max_length = 80, example = "caspian-leather")),
    responses((status = 200, description = "The shop", body = ShopBody, headers(("ETag" = String))), Refusals))]
#[get("/shops/{shop}")]
pub async fn get_shop(
    state: Data<AppState>,
    views: Data<ViewLog>,
    caller: Option<Caller>,
    visitor: Visitor,
    shop: Path<String>,
) -> Result<Tagged<ShopBody>> {
    let viewer = viewer(caller.as_ref());
    let mut conn = state.db.conn().await?;
    let found = match Uuid::parse_str(&shop) {
        Ok(id) => store::shops::find(&mut conn, id).await?,
        Err(_) => store::shops::find_by_slug(&mut conn, &shop).await?,
    };
    let shop = found.ok_or(ShopError::NotFound)?.seen_by(viewer)?;
    note_view(&views, &shop, viewer, visitor);
    Ok(tagged(shop))
}

/// Change a shop.
///
/// A JSON merge patch by its owner: absent fields stay, `null` removes the text. With `If-Match` only if the shop is
/// still as you read it.
#[utoipa::path(tag = "shops", security(("bearer" = [])), request_body = EditBody,
    params(("shop" = Uuid, Path, description = "The shop"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that you read")),
    responses((status = 200, description = "The shop", body = ShopBody, headers(("ETag" = String))), Refusals))]
#[patch("/shops/{shop}")]
pub async fn edit_shop(
    state: Data<AppState>,
    caller: Caller,
    if_match: IfMatch,
    shop_id: Path<Uuid>,
    body: Json<EditBody>,
) -> Result<Tagged<ShopBody>> {
    let name = body.name.as_deref().map(ShopName::parse).transpose()?;
    let about = body
        .about
        .as_ref()
        .map(|about| About::parse(about.as_deref()))
        .transpose()?;
    let (edit, versions) = (ShopEdit { name, about }, if_match.versions());
    let shop = state
        .db
        .transaction(async |tx| {
            ops::edit_shop(tx, caller.user_id, shop_id.0, versions.as_deref(), edit).await
        })
        .await?;
    Ok(tagged(shop))
}

/// Close a shop for good.
///
/// Refused while ordered items are neither delivered nor cancelled. Asking twice changes nothing.
#[utoipa::path(tag = "shops", security(("bearer" = [])),
    params(("shop" = Uuid, Path, description = "The shop")),
    responses((status = 204, description = "It is closed"), Refusals))]
#[delete("/shops/{shop}")]
pub async fn close_shop(state: Data<AppState>, caller: Caller, shop_id: Path<Uuid>) -> Result<HttpResponse> {
    state
        .db
        .transaction(async |tx| ops::close_shop(tx, caller.user_id, shop_id.0).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Owners looking at their own page, and pages that are not public, do not count.
fn note_view(views: &ViewLog, shop: &Shop, viewer: Viewer, visitor: Visitor) {
    let counts = shop.status == ShopStatus::Approved && viewer.user_id != Some(shop.owner_id);
    if let Some(visitor) = visitor.0.filter(|visitor| counts && visitor.len() <= 200) {
        views.note(View {
            shop_id: shop.id,
            visitor,
            user_id: viewer.user_id,
            at: Utc::now(),
        });
    }
}
