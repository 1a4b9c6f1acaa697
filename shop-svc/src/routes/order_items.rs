//! What was ordered from a shop.

use actix_web::get;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_auth::Caller;
use souk_contracts::{Money, OpenEnum};
use souk_http::{Json, Page, PageQuery, Path, Query, Refusals};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::bodies::viewer;
use crate::domain::{ItemStatus, OrderItem, ShopError};
use crate::store::order_items::OrderItemFilter;
use crate::{AppState, Error, store};

/// Where an ordered item stands.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OrderItemStatus)]
pub enum ItemStatusBody {
    /// The shop prepares it.
    Processing,
    /// On its way.
    Shipped,
    /// Arrived.
    Delivered,
    /// Will not come.
    Cancelled,
}

impl From<ItemStatusBody> for ItemStatus {
    fn from(status: ItemStatusBody) -> Self {
        match status {
            ItemStatusBody::Processing => Self::Processing,
            ItemStatusBody::Shipped => Self::Shipped,
            ItemStatusBody::Delivered => Self::Delivered,
            ItemStatusBody::Cancelled => Self::Cancelled,
        }
    }
}

/// An ordered item as its shop sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShopOrderItem)]
pub struct OrderItemBody {
    /// Id.
    id: Uuid,
    /// The order.
    order_id: Uuid,
    /// The order's number for people.
    #[schema(example = "SK-7F3K-9Q2M")]
    order_number: String,
    /// The shop's part of the order.
    sub_order_id: Uuid,
    /// The shop.
    shop_id: Uuid,
    /// The product.
    product_id: Uuid,
    /// The variation.
    variation_id: Uuid,
    /// The product's title when it was ordered.
    title: String,
    /// The product's SKU when it was ordered.
    sku: String,
    /// The variation's options when it was ordered.
    options: BTreeMap<String, String>,
    /// How many.
    quantity: i32,
    /// The price of one.
    unit_price: Money,
    /// The price of all.
    line_total: Money,
    /// Where it stands.
    #[schema(value_type = ItemStatusBody)]
    status: OpenEnum<ItemStatus>,
    /// Why it was cancelled.
    #[schema(required)]
    reason: Option<String>,
    /// Who carries it.
    #[schema(required)]
    carrier: Option<String>,
    /// The carrier's number.
    #[schema(required)]
    tracking_number: Option<String>,
    /// When it was ordered.
    ordered_at: DateTime<Utc>,
}

impl TryFrom<OrderItem> for OrderItemBody {
    type Error = Error;

    fn try_from(item: OrderItem) -> Result<Self, Error> {
        const CORRUPT: Error = Error::Corrupt("order_items");
        let unit_price = Money::new(item.unit_price, item.currency.parse().map_err(|_| CORRUPT)?);
        Ok(Self {
            id: item.id,
            order_id: item.order_id,
            order_number: item.line.order_number,
            sub_order_id: item.line.sub_order_id,
            shop_id: item.shop_id,
            product_id: item.product_id,
            variation_id: item.variation_id,
            title: item.line.title,
            sku: item.line.sku,
            options: item.line.options,
            quantity: item.quantity,
            unit_price,
            line_total: unit_price.checked_mul(item.quantity).ok_or(CORRUPT)?,
            status: item.state.status,
            reason: item.state.reason,
            carrier: item.state.carrier,
            tracking_number: item.state.tracking_number,
            ordered_at: item.ordered_at,
        })
    }
}

/// Which items to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OrderItemsQuery {
    /// In this status.
    #[param(inline)]
    status: Option<ItemStatusBody>,
    /// Ordered at this time or later.
    #[param(example = "2026-01-01T00:00:00Z")]
    from: Option<DateTime<Utc>>,
    /// Ordered before this time.
    #[param(example = "2026-02-01T00:00:00Z")]
    to: Option<DateTime<Utc>>,
}

impl OrderItemsQuery {
    /// The items it means, from the newest on.
    pub fn filter(&self) -> OrderItemFilter {
        OrderItemFilter {
            status: self.status.map(Into::into),
            from: self.from,
            to: self.to,
            ..OrderItemFilter::default()
        }
    }
}

/// List what was ordered from a shop.
///
/// Newest first, for its owner and administrators. It follows the orders within moments.
#[utoipa::path(tag = "shops", security(("bearer" = [])),
    params(("shop_id" = Uuid, Path, description = "The shop"), OrderItemsQuery, PageQuery),
    responses((status = 200, description = "A page", body = Page<OrderItemBody>), Refusals))]
#[get("/shops/{shop_id}/order-items")]
pub async fn list_shop_order_items(
    state: Data<AppState>,
    caller: Caller,
    shop_id: Path<Uuid>,
    query: Query<OrderItemsQuery>,
    page: Query<PageQuery>,
) -> actix_web::Result<Json<Page<OrderItemBody>>> {
    let filter = OrderItemFilter {
        after: page.after()?,
        limit: page.fetch(),
        ..query.filter()
    };
    let mut conn = state.db.conn().await.map_err(Error::from)?;
    let shop = store::shops::find(&mut conn, shop_id.0)
        .await?
        .ok_or(Error::from(ShopError::NotFound))?;
    shop.run_by(viewer(Some(&caller))).map_err(Error::from)?;
    let items = store::order_items::list(&mut conn, shop.id, &filter).await?;
    let page = Page::from_rows(items, &page, |item| (item.ordered_at, item.id));
    let items = page
        .items
        .into_iter()
        .map(OrderItemBody::try_from)
        .collect::<Result<_, _>>()?;
    Ok(Json(Page {
        items,
        next_cursor: page.next_cursor,
    }))
}
