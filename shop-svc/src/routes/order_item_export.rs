//! What was ordered from a shop, as a list for spreadsheets.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::SecondsFormat;
use futures_util::{Stream, stream};
use serde::Serialize;
use souk_auth::Caller;
use souk_db::Db;
use souk_http::{Cell, Path, Query, Refusals, csv_download};
use uuid::Uuid;

use super::bodies::viewer;
use super::order_items::OrderItemsQuery;
use crate::domain::{OrderItem, ShopError};
use crate::store::order_items::OrderItemFilter;
use crate::{AppState, Result, store};

/// Items read at a time.
const BATCH: i64 = 500;

const COLUMNS: [&str; 15] = [
    "order_number",
    "order_id",
    "ordered_at",
    "order_item_id",
    "product_id",
    "sku",
    "title",
    "options",
    "quantity",
    "currency",
    "unit_price_minor",
    "line_total_minor",
    "status",
    "carrier",
    "tracking_number",
];

/// One ordered item; amounts are in minor units.
#[derive(Serialize)]
struct Row {
    order_number: String,
    order_id: Uuid,
    ordered_at: String,
    order_item_id: Uuid,
    product_id: Uuid,
    sku: Cell<String>,
    title: Cell<String>,
    options: Cell<String>,
    quantity: i32,
    currency: String,
    unit_price_minor: i64,
    line_total_minor: i64,
    status: String,
    carrier: Option<Cell<String>>,
    tracking_number: Option<Cell<String>>,
}

impl From<OrderItem> for Row {
    fn from(item: OrderItem) -> Self {
        let options: Vec<String> = item
            .line
            .options
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        Self {
            order_number: item.line.order_number,
            order_id: item.order_id,
            ordered_at: item.ordered_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            order_item_id: item.id,
            product_id: item.product_id,
            sku: Cell(item.line.sku),
            title: Cell(item.line.title),
            options: Cell(options.join("; ")),
            quantity: item.quantity,
            currency: item.currency,
            unit_price_minor: item.unit_price,
            line_total_minor: item.unit_price.saturating_mul(item.quantity.into()),
            status: item.state.status.to_string(),
            carrier: item.state.carrier.map(Cell),
            tracking_number: item.state.tracking_number.map(Cell),
        }
    }
}

/// Export what was ordered from a shop as CSV.
///
/// One line for each item from the newest to the oldest, amounts in minor units, for its owner and administrators.
#[utoipa::path(tag = "shops", security(("bearer" = [])),
    params(("shop_id" = Uuid, Path, description = "The shop"), OrderItemsQuery),
    responses((status = 200, description = "The list", body = String, content_type = "text/csv"), Refusals))]
#[get("/shops/{shop_id}/order-items/export")]
pub async fn export_shop_order_items(
    state: Data<AppState>,
    caller: Caller,
    shop_id: Path<Uuid>,
    query: Query<OrderItemsQuery>,
) -> Result<HttpResponse> {
    let mut conn = state.db.conn().await?;
    let shop = store::shops::find(&mut conn, *shop_id)
        .await?
        .ok_or(ShopError::NotFound)?;
    shop.run_by(viewer(Some(&caller)))?;
    let filter = OrderItemFilter {
        limit: BATCH,
        ..query.filter()
    };
    let batches = batches(state.db.clone(), shop.id, filter);
    Ok(csv_download("order-items.csv", &COLUMNS, batches))
}

/// Each batch has a connection for its own reading only, however slow the client is.
fn batches(db: Db, shop_id: Uuid, filter: OrderItemFilter) -> impl Stream<Item = Result<Vec<Row>>> {
    stream::try_unfold((db, Some(filter)), move |(db, filter)| async move {
        let Some(mut filter) = filter else {
            return Ok(None);
        };
        let items = {
            let mut conn = db.conn().await?;
            store::order_items::list(&mut conn, shop_id, &filter).await?
        };
        filter.after = items.last().map(|item| (item.ordered_at, item.id));
        let more = filter.after.map(|_| filter);
        let rows = items.into_iter().map(Row::from).collect();
        Ok(Some((rows, (db, more))))
    })
}
