//! Rows and the domain types that they become.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::result::Error as QueryError;
use serde_json::Value;
use souk_contracts::OpenEnum;
use souk_db::DbError;
use uuid::Uuid;

use super::schema::{order_items, orders, sub_orders};
use crate::domain::{Item, Order, SubOrder, Totals};

#[derive(Queryable, Selectable)]
#[diesel(table_name = orders)]
pub(super) struct OrderRow {
    pub(super) id: Uuid,
    number: String,
    user_id: Uuid,
    previous_order_id: Option<Uuid>,
    reservation_id: Uuid,
    status: String,
    currency: String,
    subtotal: i64,
    shipping: i64,
    tax: i64,
    discount: i64,
    total: i64,
    shipping_address: Value,
    note: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sub_orders)]
pub(super) struct SubOrderRow {
    id: Uuid,
    order_id: Uuid,
    shop_id: Uuid,
    owner_id: Uuid,
    status: String,
    subtotal: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = order_items)]
pub(super) struct ItemRow {
    id: Uuid,
    sub_order_id: Uuid,
    cart_line_id: Uuid,
    product_id: Uuid,
    variation_id: Uuid,
    title: String,
    sku: String,
    options: Value,
    quantity: i32,
    unit_price: i64,
    cost_price: Option<i64>,
    status: String,
    carrier: Option<String>,
    tracking_number: Option<String>,
    version: i64,
}

/// A column holds what this build does not know.
pub(super) fn unreadable(cause: impl Error + Send + Sync + 'static) -> DbError {
    QueryError::DeserializationError(Box::new(cause)).into()
}

/// Puts orders together with their parts and items, each in the order of its ids.
pub(super) fn assemble(
    orders: Vec<OrderRow>,
    parts: Vec<SubOrderRow>,
    items: Vec<ItemRow>,
) -> Result<Vec<Order>, DbError> {
    let mut items_of: HashMap<Uuid, Vec<Item>> = HashMap::new();
    for row in items {
        items_of
            .entry(row.sub_order_id)
            .or_default()
            .push(row.try_into()?);
    }
    let mut parts_of: HashMap<Uuid, Vec<SubOrder>> = HashMap::new();
    for row in parts {
        let items = items_of.remove(&row.id).unwrap_or_default();
        parts_of.entry(row.order_id).or_default().push(row.with(items));
    }
    orders
        .into_iter()
        .map(|row| {
            let parts = parts_of.remove(&row.id).unwrap_or_default();
            row.with(parts)
        })
        .collect()
}

impl OrderRow {
    fn with(self, sub_orders: Vec<SubOrder>) -> Result<Order, DbError> {
        Ok(Order {
            id: self.id,
            number: self.number,
            user_id: self.user_id,
            previous_order_id: self.previous_order_id,
            reservation_id: self.reservation_id,
            status: OpenEnum::read(&self.status),
            currency: self.currency.parse().map_err(unreadable)?,
            totals: Totals {
                subtotal: self.subtotal,
                shipping: self.shipping,
                tax: self.tax,
                discount: self.discount,
                total: self.total,
            },
            address: serde_json::from_value(self.shipping_address).map_err(unreadable)?,
            note: self.note,
            version: self.version,
            created_at: self.created_at,
            sub_orders,
        })
    }
}

impl SubOrderRow {
    fn with(self, items: Vec<Item>) -> SubOrder {
        SubOrder {
            id: self.id,
            shop_id: self.shop_id,
            owner_id: self.owner_id,
            status: OpenEnum::read(&self.status),
            subtotal: self.subtotal,
            items,
        }
    }
}

impl TryFrom<ItemRow> for Item {
    type Error = DbError;

    fn try_from(row: ItemRow) -> Result<Self, DbError> {
        let options: BTreeMap<String, String> = serde_json::from_value(row.options).map_err(unreadable)?;
        Ok(Self {
            id: row.id,
            cart_line_id: row.cart_line_id,
            product_id: row.product_id,
            variation_id: row.variation_id,
            title: row.title,
            sku: row.sku,
            options,
            quantity: row.quantity,
            unit_price: row.unit_price,
            cost_price: row.cost_price,
            status: OpenEnum::read(&row.status),
            carrier: row.carrier,
            tracking_number: row.tracking_number,
            version: row.version,
        })
    }
}
