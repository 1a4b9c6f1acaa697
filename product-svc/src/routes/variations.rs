//! Variations of products.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, patch, post};
use chrono::Utc;
use serde::{Deserialize, Serialize};
use souk_auth::Caller;
use souk_contracts::{Currency, Money};
use souk_db::{Claim, Conn};
use souk_http::{Created, IdempotencyKey, Json, Page, Path, Refusals, StoredResponse};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::bodies::VariationBody;
use super::products::{ProductPath, visible};
use crate::domain::{Actor, Invalid, MAX_STOCK, Options, Prices, ProductId, VariationChange, VariationId};
use crate::ops::NewVariation;
use crate::{AppState, Error, Result, ops, store};

/// Which variation.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct VariationPath {
    /// Its id.
    pub(super) variation_id: Uuid,
}

/// A new variation.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[schema(as = CreateVariation)]
#[serde(deny_unknown_fields)]
pub struct CreateVariationBody {
    /// What tells it from the others of the product, by name; at most 10. The combination is unique in the product
    /// without regard to order, case and spacing.
    #[schema(example = json!({"size": "42", "color": "black"}))]
    options: BTreeMap<String, String>,
    /// What one piece costs.
    price: Money,
    /// What it cost before; not lower than the price.
    original_price: Option<Money>,
    /// What it costs the shop; shown to nobody else.
    cost_price: Option<Money>,
    /// How many pieces there are.
    #[serde(default)]
    #[validate(range(min = 0, max = "MAX_STOCK"))]
    #[schema(minimum = 0, maximum = 1_000_000, default = 0, example = 12)]
    stock: i32,
    /// At this many pieces or fewer the owner is told.
    #[validate(range(min = 0, max = "MAX_STOCK"))]
    #[schema(minimum = 0, maximum = 1_000_000, example = 3)]
    low_stock_threshold: Option<i32>,
}

/// A partial change of a variation; what is absent stays. Stock has a route of its own.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[schema(as = EditVariation)]
#[serde(deny_unknown_fields)]
pub struct EditVariationBody {
    /// Options to set; `null` removes one.
    #[schema(value_type = Option<BTreeMap<String, Option<String>>>)]
    options: Option<BTreeMap<String, Option<String>>>,
    /// New price.
    price: Option<Money>,
    /// New original price; `null` removes it.
    #[serde(default, deserialize_with = "souk_http::nullable")]
    #[schema(value_type = Option<Money>)]
    original_price: Option<Option<Money>>,
    /// New cost price; `null` removes it.
    #[serde(default, deserialize_with = "souk_http::nullable")]
    #[schema(value_type = Option<Money>)]
    cost_price: Option<Option<Money>>,
    /// New threshold; `null` removes it.
    #[serde(default, deserialize_with = "souk_http::nullable")]
    #[validate(range(min = 0, max = "MAX_STOCK"))]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 1_000_000)]
    low_stock_threshold: Option<Option<i32>>,
}

impl CreateVariationBody {
    pub(super) fn into_new(self, currency: Currency) -> Result<NewVariation, Invalid> {
        Ok(NewVariation {
            options: Options::new(self.options)?,
            prices: Prices::new(currency, self.price, self.original_price, self.cost_price)?,
            stock: self.stock,
            low_stock_threshold: self.low_stock_threshold,
        })
    }
}

impl From<EditVariationBody> for VariationChange {
    fn from(body: EditVariationBody) -> Self {
        Self {
            options: body.options,
            price: body.price,
            original_price: body.original_price,
            cost_price: body.cost_price,
            low_stock_threshold: body.low_stock_threshold,
        }
    }
}

/// List the variations of a product.
///
/// All of them: a product has at most 100.
#[utoipa::path(tag = "variations", params(ProductPath),
    responses((status = 200, body = Page<VariationBody>), Refusals))]
#[get("/products/{product_id}/variations")]
pub async fn list_variations(
    state: Data<AppState>,
    caller: Option<Caller>,
    path: Path<ProductPath>,
) -> Result<Json<Page<VariationBody>>> {
    let viewer = caller.map(Actor::from);
    let listing = visible(&state, viewer, ProductId(path.product_id)).await?;
    let for_owner = listing.shop.belongs_to(viewer);
    let items = listing
        .offers
        .into_iter()
        .map(|offer| VariationBody::of(offer, for_owner))
        .collect();
    Ok(Json(Page {
        items,
        next_cursor: None,
    }))
}

/// Add a variation to one's product.
#[utoipa::path(tag = "variations", security(("bearer" = [])), request_body = CreateVariationBody,
    params(ProductPath, ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat answer the same",
        max_length = 255)),
    responses((status = 201, body = VariationBody), Refusals))]
#[post("/products/{product_id}/variations")]
pub async fn create_variation(
    state: Data<AppState>,
    caller: Caller,
    path: Path<ProductPath>,
    key: IdempotencyKey,
    body: Json<CreateVariationBody>,
) -> Result<StoredResponse> {
    let (by, product) = (Actor::from(caller), ProductId(path.product_id));
    let operation = format!("create_variation {product}");
    let claim = key
        .into_inner()
        .map(|key| Claim::new(caller.user_id, key, &operation, &body.0));
    let new = body.into_inner().into_new(state.currency)?;
    let create = async |tx: &mut Conn| {
        let offer = ops::create_variation(tx, by, product, new, Utc::now()).await?;
        Ok::<_, Error>(VariationBody::of(offer, true))
    };
    let respond = |body: VariationBody| Created::at(format!("/api/v1/variations/{}", body.id), body).stored();
    state.db.once(claim.as_ref(), create, respond).await
}

/// Read a variation.
#[utoipa::path(tag = "variations", params(VariationPath),
    responses((status = 200, body = VariationBody), Refusals))]
#[get("/variations/{variation_id}")]
pub async fn get_variation(
    state: Data<AppState>,
    caller: Option<Caller>,
    path: Path<VariationPath>,
) -> Result<Json<VariationBody>> {
    let viewer = caller.map(Actor::from);
    let mut conn = state.db.conn().await?;
    let live = store::variations::live(&mut conn, &[VariationId(path.variation_id)])
        .await?
        .pop();
    let live = live
        .filter(|live| live.is_visible_to(viewer))
        .ok_or(Error::NotFound)?;
    let for_owner = live.shop.belongs_to(viewer);
    Ok(Json(VariationBody::of(live.offer, for_owner)))
}

/// Change a variation.
///
/// A JSON merge patch: absent fields stay, `null` removes. Asking twice changes nothing.
#[utoipa::path(tag = "variations", security(("bearer" = [])), params(VariationPath),
    request_body = EditVariationBody, responses((status = 200, body = VariationBody), Refusals))]
#[patch("/variations/{variation_id}")]
pub async fn edit_variation(
    state: Data<AppState>,
    caller: Caller,
    path: Path<VariationPath>,
    body: Json<EditVariationBody>,
) -> Result<Json<VariationBody>> {
    let (by, id, change) = (
        Actor::from(caller),
        VariationId(path.variation_id),
        body.into_inner().into(),
    );
    let offer = state
        .db
        .transaction(async |tx| ops::edit_variation(tx, by, id, change, Utc::now()).await)
        .await?;
    Ok(Json(VariationBody::of(offer, true)))
}

/// Delete a variation.
///
/// It leaves the catalogue for good; orders keep what they need of it. Asking twice changes nothing.
#[utoipa::path(tag = "variations", security(("bearer" = [])), params(VariationPath),
    responses((status = 204), Refusals))]
#[delete("/variations/{variation_id}")]
pub async fn delete_variation(
    state: Data<AppState>,
    caller: Caller,
    path: Path<VariationPath>,
) -> Result<HttpResponse> {
    let (by, id) = (Actor::from(caller), VariationId(path.variation_id));
    state
        .db
        .transaction(async |tx| ops::delete_variation(tx, by, id, Utc::now()).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
