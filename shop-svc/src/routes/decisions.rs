//! What administrators decide on a shop, and the owner's second try.

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use souk_auth::{Admin, Caller};
use souk_http::{ETag, Json, Path, Refusals, Tagged};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::bodies::ShopBody;
use crate::domain::{Decision, Reason, Shop};
use crate::{AppState, Result, ops};

/// Why.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonBody {
    /// The owner reads it.
    #[validate(length(min = 1, max = 1000))]
    #[schema(
        min_length = 1,
        max_length = 1000,
        example = "The name is someone else's trade mark."
    )]
    reason: String,
}

fn tagged(shop: Shop) -> Tagged<ShopBody> {
    Tagged::new(ETag::version(shop.version), shop.into())
}

async fn decide(state: &AppState, admin: Admin, id: Uuid, decision: Decision) -> Result<Tagged<ShopBody>> {
    let by = admin.0.user_id;
    let shop = state
        .db
        .transaction(async |tx| ops::decide_shop(tx, by, id, decision).await)
        .await?;
    Ok(tagged(shop))
}

/// Apply again.
///
/// After a rejection, by the owner. Asking twice changes nothing.
#[utoipa::path(tag = "shops", security(("bearer" = [])),
    params(("shop_id" = Uuid, Path, description = "The shop")),
    responses((status = 200, description = "The shop", body = ShopBody, headers(("ETag" = String))), Refusals))]
#[post("/shops/{shop_id}/resubmit")]
pub async fn resubmit_shop(
    state: Data<AppState>,
    caller: Caller,
    shop_id: Path<Uuid>,
) -> Result<Tagged<ShopBody>> {
    let by = caller.user_id;
    let shop = state
        .db
        .transaction(async |tx| ops::resubmit_shop(tx, by, shop_id.0).await)
        .await?;
    Ok(tagged(shop))
}

/// Approve an application.
///
/// From then on the shop is visible and may sell. Asking twice changes nothing.
#[utoipa::path(tag = "shop approval", security(("bearer" = [])),
    params(("shop_id" = Uuid, Path, description = "The shop")),
    responses((status = 200, description = "The shop", body = ShopBody, headers(("ETag" = String))), Refusals))]
#[post("/shops/{shop_id}/approve")]
pub async fn approve_shop(
    state: Data<AppState>,
    admin: Admin,
    shop_id: Path<Uuid>,
) -> Result<Tagged<ShopBody>> {
    decide(&state, admin, shop_id.0, Decision::Approve).await
}

/// Reject an application.
///
/// The owner may edit it and apply again. Asking twice changes nothing.
#[utoipa::path(tag = "shop approval", security(("bearer" = [])), request_body = ReasonBody,
    params(("shop_id" = Uuid, Path, description = "The shop")),
    responses((status = 200, description = "The shop", body = ShopBody, headers(("ETag" = String))), Refusals))]
#[post("/shops/{shop_id}/reject")]
pub async fn reject_shop(
    state: Data<AppState>,
    admin: Admin,
    shop_id: Path<Uuid>,
    body: Json<ReasonBody>,
) -> Result<Tagged<ShopBody>> {
    let reason = Reason::parse(&body.reason)?;
    decide(&state, admin, shop_id.0, Decision::Reject(reason)).await
}

/// Suspend a shop.
///
/// It is hidden and may not sell until it is reinstated. Asking twice changes nothing.
#[utoipa::path(tag = "shop approval", security(("bearer" = [])), request_body = ReasonBody,
    params(("shop_id" = Uuid, Path, description = "The shop")),
    responses((status = 200, description = "The shop", body = ShopBody, headers(("ETag" = String))), Refusals))]
#[post("/shops/{shop_id}/suspend")]
pub async fn suspend_shop(
    state: Data<AppState>,
    admin: Admin,
    shop_id: Path<Uuid>,
    body: Json<ReasonBody>,
) -> Result<Tagged<ShopBody>> {
    let reason = Reason::parse(&body.reason)?;
    decide(&state, admin, shop_id.0, Decision::Suspend(reason)).await
}

/// Lift a suspension.
///
/// Asking twice changes nothing.
#[utoipa::path(tag = "shop approval", security(("bearer" = [])),
    params(("shop_id" = Uuid, Path, description = "The shop")),
    responses((status = 200, description = "The shop", body = ShopBody, headers(("ETag" = String))), Refusals))]
#[post("/shops/{shop_id}/reinstate")]
pub async fn reinstate_shop(
    state: Data<AppState>,
    admin: Admin,
    shop_id: Path<Uuid>,
) -> Result<Tagged<ShopBody>> {
    decide(&state, admin, shop_id.0, Decision::Reinstate).await
}

/// Vouch for a shop.
///
/// It shows as verified. Asking twice changes nothing.
#[utoipa::path(tag = "shop approval", security(("bearer" = [])),
    params(("shop_id" = Uuid, Path, description = "The shop")),
    responses((status = 200, description = "The shop", body = ShopBody, headers(("ETag" = String))), Refusals))]
#[post("/shops/{shop_id}/verify")]
pub async fn verify_shop(
    state: Data<AppState>,
    admin: Admin,
    shop_id: Path<Uuid>,
) -> Result<Tagged<ShopBody>> {
    decide(&state, admin, shop_id.0, Decision::Verify).await
}
