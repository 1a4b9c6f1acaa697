//! Products.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, patch, post};
use chrono::Utc;
use serde::{Deserialize, Serialize};
use souk_auth::{Caller, Visitor};
use souk_contracts::Currency;
use souk_db::{Claim, Conn};
use souk_http::{Created, ETag, IdempotencyKey, IfMatch, Json, Path, Refusals, StoredResponse, Tagged};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::bodies::{ProductBody, not_blank, tag};
use super::variations::CreateVariationBody;
use crate::domain::{Actor, CategoryId, Listing, ProductChange, ProductId, UserId, View};
use crate::flows::{self, ViewLog};
use crate::ops::NewProduct;
use crate::{AppState, Error, Result, ops, store};

/// Longest pseudonym of a visitor that is counted.
const MAX_VISITOR: usize = 128;

/// Which product.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ProductPath {
    /// Its id.
    pub(super) product_id: Uuid,
}

/// A new product, with its first variations.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[schema(as = CreateProduct)]
#[serde(deny_unknown_fields)]
pub struct CreateProductBody {
    /// Title.
    #[validate(length(min = 1, max = 100), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 100, example = "Winter boots")]
    title: String,
    /// What the shop says of it.
    #[validate(length(max = 4000))]
    #[schema(max_length = 4000)]
    about: Option<String>,
    /// The shop's own number for it, unique within the shop without regard to case.
    #[validate(length(min = 1, max = 64), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 64, example = "BOOT-42")]
    sku: String,
    /// The categories to put it in.
    #[serde(default)]
    #[validate(length(max = "MAX_CATEGORIES"))]
    #[schema(max_items = 10)]
    category_ids: Vec<Uuid>,
    /// Facts by name, at most 50.
    #[serde(default)]
    #[schema(example = json!({"brand": "Araz"}))]
    attributes: BTreeMap<String, String>,
    /// Whether it is shown at once.
    #[serde(default = "yes")]
    #[schema(default = true)]
    is_active: bool,
    /// What can be bought of it.
    #[serde(default)]
    #[validate(nested, length(max = 100))]
    #[schema(max_items = 100)]
    variations: Vec<CreateVariationBody>,
}

/// A partial change of a product; what is absent stays.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[schema(as = EditProduct)]
#[serde(deny_unknown_fields)]
pub struct EditProductBody {
    /// New title.
    #[validate(length(min = 1, max = 100), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 100)]
    title: Option<String>,
    /// New text; `null` removes it.
    #[serde(default, deserialize_with = "souk_http::nullable")]
    #[validate(length(max = 4000))]
    #[schema(value_type = Option<String>, max_length = 4000)]
    about: Option<Option<String>>,
    /// New SKU.
    #[validate(length(min = 1, max = 64), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 64)]
    sku: Option<String>,
    /// The categories it lies in from now on.
    #[validate(length(max = "MAX_CATEGORIES"))]
    #[schema(max_items = 10)]
    category_ids: Option<Vec<Uuid>>,
    /// Attributes to set; `null` removes one.
    #[schema(value_type = Option<BTreeMap<String, Option<String>>>)]
    attributes: Option<BTreeMap<String, Option<String>>>,
    /// Whether it is shown.
    is_active: Option<bool>,
}

const MAX_CATEGORIES: u64 = 10;

fn yes() -> bool {
    true
}

impl CreateProductBody {
    fn into_new(self, currency: Currency) -> Result<NewProduct> {
        let variations = self.variations.into_iter().enumerate().map(|(at, variation)| {
            variation
                .into_new(currency)
                .map_err(|field| field.under(&format!("/variations/{at}")))
        });
        Ok(NewProduct {
            title: self.title.trim().to_owned(),
            about: self.about,
            sku: self.sku.trim().to_owned(),
            category_ids: self.category_ids.into_iter().map(CategoryId).collect(),
            attributes: self.attributes,
            is_active: self.is_active,
            variations: variations.collect::<Result<_, _>>()?,
        })
    }
}

impl From<EditProductBody> for ProductChange {
    fn from(body: EditProductBody) -> Self {
        Self {
            title: body.title.map(|title| title.trim().to_owned()),
            about: body.about,
            sku: body.sku.map(|sku| sku.trim().to_owned()),
            category_ids: body
                .category_ids
                .map(|ids| ids.into_iter().map(CategoryId).collect()),
            attributes: body.attributes,
            is_active: body.is_active,
        }
    }
}

/// Add a product to one's shop.
///
/// The shop is the caller's own approved one. Variations may come along or be added later.
#[utoipa::path(tag = "products", security(("bearer" = [])), request_body = CreateProductBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat answer the same", max_length = 255)),
    responses((status = 201, body = ProductBody), Refusals))]
#[post("/products")]
pub async fn create_product(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<CreateProductBody>,
) -> Result<StoredResponse> {
    let by = Actor::from(caller);
    let claim = key
        .into_inner()
        .map(|key| Claim::new(caller.user_id, key, "create_product", &body.0));
    let new = body.into_inner().into_new(state.currency)?;
    let respond = |(body, etag): (ProductBody, String)| {
        Created::at(format!("/api/v1/products/{}", body.id), body)
            .tagged(ETag::new(etag))
            .stored()
    };
    flows::as_seller(&state.db, &state.shops, by.user_id, async || {
        let create = async |tx: &mut Conn| {
            let listing = ops::create_product(tx, by, new.clone(), Utc::now()).await?;
            let etag = tag(&listing, true).to_string();
            Ok::<_, Error>((ProductBody::of(listing, true), etag))
        };
        state.db.once(claim.as_ref(), create, respond).await
    })
    .await
}

/// Read a product with its variations.
///
/// Everyone sees what is active in an approved shop; owner and operators see the rest as well.
#[utoipa::path(tag = "products", params(ProductPath), responses((status = 200, body = ProductBody,
    headers(("ETag" = String, description = "For `If-Match`"))), (status = 304), Refusals))]
#[get("/products/{product_id}")]
pub async fn get_product(
    state: Data<AppState>,
    views: Data<ViewLog>,
    caller: Option<Caller>,
    visitor: Visitor,
    path: Path<ProductPath>,
) -> Result<Tagged<ProductBody>> {
    let viewer = caller.map(Actor::from);
    let listing = visible(&state, viewer, ProductId(path.product_id)).await?;
    // Owners look at their own pages to see how they look.
    let counts = listing.is_public() && !listing.shop.belongs_to(viewer);
    if let Some(visitor) = visitor.0.filter(|visitor| counts && visitor.len() <= MAX_VISITOR) {
        let (product_id, shop_id) = (listing.product.id, listing.product.shop_id);
        let user_id = caller.map(|caller| UserId(caller.user_id));
        views.note(View {
            product_id,
            shop_id,
            visitor,
            user_id,
        });
    }
    Ok(page(listing, viewer))
}

/// Change a product.
///
/// A JSON merge patch: absent fields stay, `null` removes the text or an attribute. Asking twice changes nothing.
#[utoipa::path(tag = "products", security(("bearer" = [])), request_body = EditProductBody,
    params(ProductPath, ("If-Match" = Option<String>, Header, description = "The `ETag` that was read")),
    responses((status = 200, body = ProductBody), Refusals))]
#[patch("/products/{product_id}")]
pub async fn edit_product(
    state: Data<AppState>,
    caller: Caller,
    path: Path<ProductPath>,
    read: IfMatch,
    body: Json<EditProductBody>,
) -> Result<Tagged<ProductBody>> {
    let (by, id, read) = (Actor::from(caller), ProductId(path.product_id), read.versions());
    let change = ProductChange::from(body.into_inner());
    let listing = flows::as_seller(&state.db, &state.shops, by.user_id, async || {
        let (change, read) = (change.clone(), read.as_deref());
        state
            .db
            .transaction(async |tx| ops::edit_product(tx, by, id, read, change, Utc::now()).await)
            .await
    })
    .await?;
    Ok(page(listing, Some(by)))
}

/// Delete a product.
///
/// It leaves the catalogue for good; orders keep what they need of it. Asking twice changes nothing.
#[utoipa::path(tag = "products", security(("bearer" = [])),
    params(ProductPath, ("If-Match" = Option<String>, Header, description = "The `ETag` that was read")),
    responses((status = 204), Refusals))]
#[delete("/products/{product_id}")]
pub async fn delete_product(
    state: Data<AppState>,
    caller: Caller,
    path: Path<ProductPath>,
    read: IfMatch,
) -> Result<HttpResponse> {
    let (by, id, read) = (Actor::from(caller), ProductId(path.product_id), read.versions());
    flows::as_seller(&state.db, &state.shops, by.user_id, async || {
        let read = read.as_deref();
        state
            .db
            .transaction(async |tx| ops::delete_product(tx, by, id, read, Utc::now()).await)
            .await
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The product, if it is the viewer's to see.
pub(super) async fn visible(state: &AppState, viewer: Option<Actor>, id: ProductId) -> Result<Listing> {
    let mut conn = state.db.conn().await?;
    let listing = store::listings::find(&mut conn, id).await?;
    listing
        .filter(|listing| listing.is_visible_to(viewer))
        .ok_or(Error::NotFound)
}

fn page(listing: Listing, viewer: Option<Actor>) -> Tagged<ProductBody> {
    let for_owner = listing.shop.belongs_to(viewer);
    Tagged::new(tag(&listing, for_owner), ProductBody::of(listing, for_owner))
}
