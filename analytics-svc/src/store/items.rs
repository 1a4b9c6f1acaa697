//! Items of orders.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError, prepared};
use uuid::Uuid;

use super::schema::order_items;
use crate::domain::{Item, ItemId, Line, OrderId, ProductId, ShopId, UserId};

const SAVE: &str = "
insert into order_items (id, order_id, shop_id, product_id, variation_id, user_id, quantity, unit_price,
    currency, status, ordered_at, shipped_at, delivered_at, cancelled_at)
select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
on conflict (id) do update set
    shop_id = excluded.shop_id, product_id = excluded.product_id, variation_id = excluded.variation_id,
    quantity = excluded.quantity, unit_price = excluded.unit_price, currency = excluded.currency,
    status = excluded.status, ordered_at = excluded.ordered_at, shipped_at = excluded.shipped_at,
    delivered_at = excluded.delivered_at, cancelled_at = excluded.cancelled_at";

#[derive(Queryable, Selectable)]
#[diesel(table_name = order_items)]
struct ItemRow {
    id: Uuid,
    order_id: Uuid,
    shop_id: Uuid,
    product_id: Uuid,
    variation_id: Uuid,
    user_id: Option<Uuid>,
    quantity: i64,
    unit_price: i64,
    currency: String,
    ordered_at: Option<DateTime<Utc>>,
    shipped_at: Option<DateTime<Utc>>,
    delivered_at: Option<DateTime<Utc>>,
    cancelled_at: Option<DateTime<Utc>>,
}

impl From<ItemRow> for Item {
    fn from(row: ItemRow) -> Self {
        let line = Line {
            id: ItemId(row.id),
            shop_id: ShopId(row.shop_id),
            product_id: ProductId(row.product_id),
            variation_id: row.variation_id,
            quantity: row.quantity,
            unit_price: row.unit_price,
            currency: row.currency,
        };
        Self {
            line,
            order_id: OrderId(row.order_id),
            user_id: row.user_id.map(UserId),
            ordered_at: row.ordered_at,
            shipped_at: row.shipped_at,
            delivered_at: row.delivered_at,
            cancelled_at: row.cancelled_at,
        }
    }
}

/// All items of some orders.
pub async fn of_orders(tx: &mut Conn, orders: &BTreeSet<OrderId>) -> Result<Vec<Item>, DbError> {
    if orders.is_empty() {
        return Ok(vec![]);
    }
    let ids: Vec<_> = orders.iter().map(|order| order.0).collect();
    let rows = order_items::table
        .filter(order_items::order_id.eq_any(ids))
        .select(ItemRow::as_select())
        .load(tx)
        .await?;
    Ok(rows.into_iter().map(ItemRow::into).collect())
}

/// Writes items as they are now.
pub async fn save(tx: &mut Conn, items: &[Item]) -> Result<(), DbError> {
    fn column<'a, T>(items: &'a [Item], value: impl Fn(&'a Item) -> T) -> Vec<T> {
        items.iter().map(value).collect()
    }
    if items.is_empty() {
        return Ok(());
    }
    prepared(
        diesel::sql_query(SAVE)
            .bind::<Array<SqlUuid>, _>(column(items, |item| item.line.id.0))
            .bind::<Array<SqlUuid>, _>(column(items, |item| item.order_id.0))
            .bind::<Array<SqlUuid>, _>(column(items, |item| item.line.shop_id.0))
            .bind::<Array<SqlUuid>, _>(column(items, |item| item.line.product_id.0))
            .bind::<Array<SqlUuid>, _>(column(items, |item| item.line.variation_id))
            .bind::<Array<Nullable<SqlUuid>>, _>(column(items, |item| item.user_id.map(|id| id.0)))
            .bind::<Array<BigInt>, _>(column(items, |item| item.line.quantity))
            .bind::<Array<BigInt>, _>(column(items, |item| item.line.unit_price))
            .bind::<Array<Text>, _>(column(items, |item| item.line.currency.as_str()))
            .bind::<Array<Text>, _>(column(items, |item| item.status().as_str()))
            .bind::<Array<Nullable<Timestamptz>>, _>(column(items, |item| item.ordered_at))
            .bind::<Array<Nullable<Timestamptz>>, _>(column(items, |item| item.shipped_at))
            .bind::<Array<Nullable<Timestamptz>>, _>(column(items, |item| item.delivered_at))
            .bind::<Array<Nullable<Timestamptz>>, _>(column(items, |item| item.cancelled_at)),
    )
    .execute(tx)
    .await?;
    Ok(())
}
