//! Orders with their parts and items.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError, lowest_id, prepared};
use uuid::Uuid;

use super::rows::{ItemRow, OrderRow, SubOrderRow, assemble};
use super::schema::{order_items, orders, sub_orders};
use crate::domain::{Change, Order, OrderStatus};

/// How far the time in an order's id may be from the time of the order: both are read from one clock, within a moment.
const ID_SLACK: TimeDelta = TimeDelta::hours(1);

/// Which orders to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    /// Of this customer.
    pub user_id: Option<Uuid>,
    /// With a part of this shop.
    pub shop_id: Option<Uuid>,
    /// That stand so.
    pub status: Option<OrderStatus>,
    /// Placed then or later.
    pub from: Option<DateTime<Utc>>,
    /// Placed before.
    pub to: Option<DateTime<Utc>>,
    /// That come after this one in the list.
    pub after: Option<Uuid>,
}

/// The order of that id.
pub async fn find(conn: &mut Conn, id: Uuid) -> Result<Option<Order>, DbError> {
    let row = orders::table
        .find(id)
        .select(OrderRow::as_select())
        .get_result(conn)
        .await
        .optional()?;
    complete(conn, row.into_iter().collect())
        .await
        .map(|mut found| found.pop())
}

/// The order of that number.
pub async fn find_by_number(conn: &mut Conn, number: &str) -> Result<Option<Order>, DbError> {
    let row = orders::table
        .filter(orders::number.eq(number))
        .select(OrderRow::as_select())
        .get_result(conn)
        .await
        .optional()?;
    complete(conn, row.into_iter().collect())
        .await
        .map(|mut found| found.pop())
}

/// At most `limit` orders.
pub async fn list(conn: &mut Conn, filter: &OrderFilter, limit: i64) -> Result<Vec<Order>, DbError> {
    let mut query = orders::table
        .select(OrderRow::as_select())
        .order(orders::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(user_id) = filter.user_id {
        query = query.filter(orders::user_id.eq(user_id));
    }
    if let Some(shop_id) = filter.shop_id {
        let part = sub_orders::table.filter(sub_orders::order_id.eq(orders::id));
        query = query.filter(exists(part.filter(sub_orders::shop_id.eq(shop_id))));
    }
    if let Some(status) = filter.status {
        // In the text, not as a parameter: some statuses are those of nearly all orders and others of a handful, and
        // each needs a plan of its own.
        query = query.filter(orders::status.eq(sql::<Text>(&format!("'{}'", status.as_str()))));
    }
    // Ids rise with time: with bounds for them, a list that keeps to some days need not read the others.
    if let Some(from) = filter.from {
        let first = lowest_id(from.checked_sub_signed(ID_SLACK).unwrap_or(from));
        query = query.filter(orders::created_at.ge(from).and(orders::id.ge(first)));
    }
    if let Some(to) = filter.to {
        let end = lowest_id(to.checked_add_signed(ID_SLACK).unwrap_or(to));
        query = query.filter(orders::created_at.lt(to).and(orders::id.lt(end)));
    }
    if let Some(after) = filter.after {
        query = query.filter(orders::id.lt(after));
    }
    let rows = query.load(conn).await?;
    complete(conn, rows).await
}

/// A customer's orders with an item that left under this tracking number, newest first; a hundred at most.
pub async fn shipped_as(
    conn: &mut Conn,
    tracking_number: &str,
    user_id: Uuid,
) -> Result<Vec<Order>, DbError> {
    let items = order_items::table
        .filter(order_items::tracking_number.eq(tracking_number))
        .select(order_items::order_id);
    let rows = orders::table
        .filter(orders::user_id.eq(user_id))
        .filter(orders::id.eq_any(items))
        .order(orders::id.desc())
        .limit(100)
        .select(OrderRow::as_select())
        .load(conn)
        .await?;
    complete(conn, rows).await
}

/// The order of that id, locked until the transaction ends.
pub async fn lock(tx: &mut Conn, id: Uuid) -> Result<Option<Order>, DbError> {
    let row = orders::table
        .find(id)
        .select(OrderRow::as_select())
        .for_update()
        .get_result(tx)
        .await
        .optional()?;
    complete(tx, row.into_iter().collect())
        .await
        .map(|mut found| found.pop())
}

/// The order that holds an item, locked until the transaction ends: always the order, never the item alone, so
/// that two items that move at once derive the order's status one after the other.
pub async fn lock_by_item(tx: &mut Conn, item_id: Uuid) -> Result<Option<Order>, DbError> {
    let holder = order_items::table.find(item_id).select(order_items::order_id);
    let id = holder.get_result::<Uuid>(tx).await.optional()?;
    match id {
        Some(id) => lock(tx, id).await,
        None => Ok(None),
    }
}

/// The owner of the shop that sends an item, as it was when ordered.
pub async fn owner_of_item(conn: &mut Conn, item_id: Uuid) -> Result<Option<Uuid>, DbError> {
    let owner = order_items::table
        .inner_join(sub_orders::table.on(sub_orders::id.eq(order_items::sub_order_id)))
        .filter(order_items::id.eq(item_id))
        .select(sub_orders::owner_id);
    Ok(owner.get_result(conn).await.optional()?)
}

/// Writes what a change did: the order, the parts, and the items that moved.
pub async fn save(tx: &mut Conn, order: &Order, change: &Change) -> Result<(), DbError> {
    diesel::update(orders::table.find(order.id))
        .set((
            orders::status.eq(order.status.as_str()),
            orders::version.eq(order.version),
        ))
        .execute(tx)
        .await?;
    let ids: Vec<Uuid> = order.sub_orders.iter().map(|part| part.id).collect();
    let statuses: Vec<&str> = order.sub_orders.iter().map(|part| part.status.as_str()).collect();
    prepared(
        diesel::sql_query(
            "update sub_orders set status = new.status from unnest($1, $2) as new (id, status)
             where sub_orders.id = new.id and sub_orders.status <> new.status",
        )
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Text>, _>(statuses),
    )
    .execute(tx)
    .await?;
    let moved: Vec<Uuid> = change.moved.iter().map(|item| item.item_id).collect();
    // All that moved in one change stands in the same place, and only a single item ships at a time.
    let Some(item) = order.items().find(|item| moved.contains(&item.id)) else {
        return Ok(());
    };
    diesel::update(order_items::table.filter(order_items::id.eq_any(moved)))
        .set((
            order_items::status.eq(item.status.as_str()),
            order_items::carrier.eq(&item.carrier),
            order_items::tracking_number.eq(&item.tracking_number),
            order_items::version.eq(order_items::version + 1),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Blanks who and where in every order of a user who is gone; what was bought, and to which country, stays.
pub async fn forget_user(tx: &mut Conn, user_id: Uuid) -> Result<(), DbError> {
    prepared(
        diesel::sql_query(
            r#"update orders set note = null, shipping_address = shipping_address ||
                   '{"name": "", "line1": "", "line2": null, "city": "", "region": null, "postal_code": null,
                     "phone_number": null}'
               where user_id = $1"#,
        )
        .bind::<SqlUuid, _>(user_id),
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn complete(conn: &mut Conn, orders: Vec<OrderRow>) -> Result<Vec<Order>, DbError> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = orders.iter().map(|order| order.id).collect();
    let parts = sub_orders::table
        .filter(sub_orders::order_id.eq_any(&ids))
        .order(sub_orders::id)
        .select(SubOrderRow::as_select())
        .load(conn)
        .await?;
    let items = order_items::table
        .filter(order_items::order_id.eq_any(&ids))
        .order(order_items::id)
        .select(ItemRow::as_select())
        .load(conn)
        .await?;
    assemble(orders, parts, items)
}
