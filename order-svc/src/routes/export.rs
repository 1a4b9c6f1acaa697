//! Orders as a list for spreadsheets.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use souk_auth::Admin;
use souk_db::Db;
use souk_http::{Cell, Query, Refusals, csv_download};
use utoipa::IntoParams;
use uuid::Uuid;
use validator::Validate;

use super::refusals::ListRefusals;
use crate::domain::{Item, Order, OrderStatus, SubOrder};
use crate::store::orders::OrderFilter;
use crate::{AppState, Result, store};

/// Orders read at a time.
const BATCH: i64 = 200;

const COLUMNS: [&str; 17] = [
    "order_number",
    "order_id",
    "placed_at",
    "order_status",
    "user_id",
    "shop_id",
    "order_item_id",
    "sku",
    "title",
    "options",
    "quantity",
    "currency",
    "unit_price_minor",
    "line_total_minor",
    "item_status",
    "carrier",
    "tracking_number",
];

/// Which orders to export.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportOrdersQuery {
    /// Orders that stand so.
    #[param(inline)]
    status: Option<OrderStatus>,
    /// Orders with a part of this shop.
    shop_id: Option<Uuid>,
    /// Orders of this customer.
    user_id: Option<Uuid>,
    /// Placed then or later.
    #[param(example = "2026-01-01T00:00:00Z")]
    from: Option<DateTime<Utc>>,
    /// Placed before.
    #[param(example = "2026-02-01T00:00:00Z")]
    to: Option<DateTime<Utc>>,
}

impl From<ExportOrdersQuery> for OrderFilter {
    fn from(query: ExportOrdersQuery) -> Self {
        Self {
            user_id: query.user_id,
            shop_id: query.shop_id,
            status: query.status,
            from: query.from,
            to: query.to,
            after: None,
        }
    }
}

/// One ordered item; amounts are in minor units.
#[derive(Serialize)]
struct Row {
    order_number: String,
    order_id: Uuid,
    placed_at: String,
    order_status: String,
    user_id: Uuid,
    shop_id: Uuid,
    order_item_id: Uuid,
    sku: Cell<String>,
    title: Cell<String>,
    options: Cell<String>,
    quantity: i32,
    currency: String,
    unit_price_minor: i64,
    line_total_minor: i64,
    item_status: String,
    carrier: Option<Cell<String>>,
    tracking_number: Option<Cell<String>>,
}

/// Export orders as CSV.
///
/// One line for each item, orders from the newest to the oldest, amounts in minor units. For administrators; a shop
/// exports its own items with `GET /shops/{shop_id}/order-items/export`.
#[utoipa::path(tag = "orders", security(("bearer" = [])), params(ExportOrdersQuery),
    responses((status = 200, description = "The list", body = String, content_type = "text/csv"),
        ListRefusals, Refusals))]
#[get("/orders/export")]
pub async fn export_orders(
    state: Data<AppState>,
    _: Admin,
    query: Query<ExportOrdersQuery>,
) -> Result<HttpResponse> {
    let batches = batches(state.db.clone(), query.into_inner().into());
    Ok(csv_download("orders.csv", &COLUMNS, batches))
}

/// Each batch has a connection for its own reading only, however slow the client is.
fn batches(db: Db, filter: OrderFilter) -> impl Stream<Item = Result<Vec<Row>>> {
    stream::try_unfold((db, Some(filter)), |(db, filter)| async move {
        let Some(mut filter) = filter else {
            return Ok(None);
        };
        let orders = {
            let mut conn = db.conn().await?;
            store::orders::list(&mut conn, &filter, BATCH).await?
        };
        filter.after = orders.last().map(|order| order.id);
        let more = filter.after.map(|_| filter);
        Ok(Some((orders.iter().flat_map(rows).collect(), (db, more))))
    })
}

fn rows(order: &Order) -> Vec<Row> {
    let items =
        |part: &SubOrder| -> Vec<Row> { part.items.iter().map(|item| row(order, part, item)).collect() };
    order.sub_orders.iter().flat_map(items).collect()
}

fn row(order: &Order, part: &SubOrder, item: &Item) -> Row {
    let options: Vec<String> = item
        .options
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    Row {
        order_number: order.number.clone(),
        order_id: order.id,
        placed_at: moment(order.created_at),
        order_status: order.status.to_string(),
        user_id: order.user_id,
        shop_id: part.shop_id,
        order_item_id: item.id,
        sku: Cell(item.sku.clone()),
        title: Cell(item.title.clone()),
        options: Cell(options.join("; ")),
        quantity: item.quantity,
        currency: order.currency.to_string(),
        unit_price_minor: item.unit_price,
        line_total_minor: item.line_total(),
        item_status: item.status.to_string(),
        carrier: item.carrier.clone().map(Cell),
        tracking_number: item.tracking_number.clone().map(Cell),
    }
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
