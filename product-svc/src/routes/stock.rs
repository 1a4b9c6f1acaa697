//! Stock by the owner's hand, and its ledger.

use actix_web::web::Data;
use actix_web::{get, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_auth::Caller;
use souk_db::{Claim, Conn};
use souk_http::{Created, IdempotencyKey, Json, Page, PageQuery, Path, Query, Refusals, StoredResponse};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::variations::VariationPath;
use crate::domain::{Actor, MAX_STOCK, OwnerChange, Reason, Recorded, Stock, VariationId};
use crate::{AppState, Error, Result, ops, store};

/// Pieces added or taken.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[schema(as = ChangeStock)]
#[serde(deny_unknown_fields)]
pub struct ChangeStockBody {
    /// Pieces added, or taken where negative. Restocking only adds.
    #[validate(range(min = "-MAX_STOCK", max = "MAX_STOCK"))]
    #[schema(minimum = -1_000_000, maximum = 1_000_000, example = 20)]
    delta: i32,
    /// Why.
    reason: OwnerReason,
    /// A remark for the ledger.
    #[validate(length(max = 500))]
    #[schema(max_length = 500)]
    note: Option<String>,
}

/// Why an owner changes stock.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OwnerReason {
    /// More pieces came.
    Restock,
    /// The pieces were counted.
    Adjust,
}

/// The stock of a variation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Stock)]
pub struct StockBody {
    /// Of what.
    variation_id: Uuid,
    /// Pieces that can be bought.
    available: i32,
    /// Counts up with each change.
    stock_version: i64,
}

/// An entry of the ledger; the sum of all is what is available.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = LedgerEntry)]
pub struct LedgerEntryBody {
    /// Counts up.
    id: i64,
    /// Pieces added, or taken where negative.
    delta: i32,
    /// `initial`, `restock`, `adjust`, `reserve`, `release`, `sell` or `return`.
    #[schema(example = "restock")]
    reason: String,
    /// Who, when a person did it.
    actor_id: Option<Uuid>,
    /// The reservation, or the order item of a return.
    reference_id: Option<Uuid>,
    /// The owner's remark.
    note: Option<String>,
    /// When.
    created_at: DateTime<Utc>,
}

impl From<ChangeStockBody> for OwnerChange {
    fn from(body: ChangeStockBody) -> Self {
        let reason = match body.reason {
            OwnerReason::Restock => Reason::Restock,
            OwnerReason::Adjust => Reason::Adjust,
        };
        Self {
            delta: body.delta,
            reason,
            note: body.note,
        }
    }
}

impl From<Stock> for StockBody {
    fn from(stock: Stock) -> Self {
        Self {
            variation_id: stock.variation_id.0,
            available: stock.available,
            stock_version: stock.version,
        }
    }
}

impl From<Recorded> for LedgerEntryBody {
    fn from(recorded: Recorded) -> Self {
        let entry = recorded.entry;
        Self {
            id: recorded.id,
            delta: entry.delta,
            reason: entry.reason.to_string(),
            actor_id: entry.actor_id.map(|id| id.0),
            reference_id: entry.reference_id,
            note: entry.note,
            created_at: recorded.at,
        }
    }
}

/// Restock, or correct what was counted.
#[utoipa::path(tag = "stock", security(("bearer" = [])), request_body = ChangeStockBody,
    params(VariationPath, ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat answer the same",
        max_length = 255)),
    responses((status = 201, body = StockBody), Refusals))]
#[post("/variations/{variation_id}/stock")]
pub async fn change_stock(
    state: Data<AppState>,
    caller: Caller,
    path: Path<VariationPath>,
    key: IdempotencyKey,
    body: Json<ChangeStockBody>,
) -> Result<StoredResponse> {
    let (by, id) = (Actor::from(caller), VariationId(path.variation_id));
    let operation = format!("change_stock {id}");
    let claim = key
        .into_inner()
        .map(|key| Claim::new(caller.user_id, key, &operation, &body.0));
    let change = body.into_inner().into();
    let change =
        async |tx: &mut Conn| Ok::<_, Error>(StockBody::from(ops::change_stock(tx, by, id, change).await?));
    let ledger = format!("/api/v1/variations/{id}/stock/ledger");
    let respond = |stock: StockBody| Created::at(ledger.as_str(), stock).stored();
    state.db.once(claim.as_ref(), change, respond).await
}

/// List every change of a variation's stock, the newest first.
#[utoipa::path(tag = "stock", security(("bearer" = [])), params(VariationPath, PageQuery),
    responses((status = 200, body = Page<LedgerEntryBody>), Refusals))]
#[get("/variations/{variation_id}/stock/ledger")]
pub async fn list_ledger(
    state: Data<AppState>,
    caller: Caller,
    path: Path<VariationPath>,
    paging: Query<PageQuery>,
) -> Result<Json<Page<LedgerEntryBody>>> {
    let id = VariationId(path.variation_id);
    let mut conn = state.db.conn().await?;
    let live = store::variations::live(&mut conn, &[id])
        .await?
        .pop()
        .ok_or(Error::NotFound)?;
    live.shop.check_reader(caller.into())?;
    let before = paging
        .after::<i64>()
        .map_err(|_| super::search::foreign_cursor())?;
    let rows = store::stock::ledger(&mut conn, id, before, paging.fetch()).await?;
    Ok(Json(
        Page::from_rows(rows, &paging, |recorded| recorded.id).map(LedgerEntryBody::from),
    ))
}
