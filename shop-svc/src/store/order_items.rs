//! What was ordered from shops.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::query_dsl::methods;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use souk_contracts::OpenEnum;
use souk_db::{Conn, prepared};
use uuid::Uuid;

use super::schema::order_items;
use crate::domain::{ItemLine, ItemStatus, NewOrderItem, OrderItem, OrderItemChange};
use crate::{Error, Result};

#[derive(Queryable, Selectable)]
#[diesel(table_name = order_items)]
struct OrderItemRow {
    id: Uuid,
    order_id: Uuid,
    shop_id: Uuid,
    product_id: Uuid,
    variation_id: Uuid,
    quantity: i32,
    unit_price: i64,
    currency: String,
    line: Option<Value>,
    status: String,
    reason: Option<String>,
    carrier: Option<String>,
    tracking_number: Option<String>,
    ordered_at: DateTime<Utc>,
}

impl TryFrom<OrderItemRow> for OrderItem {
    type Error = Error;

    fn try_from(row: OrderItemRow) -> Result<Self> {
        const CORRUPT: Error = Error::Corrupt("order_items");
        let line = row
            .line
            .and_then(|line| serde_json::from_value::<ItemLine>(line).ok());
        Ok(Self {
            id: row.id,
            order_id: row.order_id,
            shop_id: row.shop_id,
            product_id: row.product_id,
            variation_id: row.variation_id,
            quantity: row.quantity,
            unit_price: row.unit_price,
            currency: row.currency,
            line: line.ok_or(CORRUPT)?,
            state: OrderItemChange {
                status: OpenEnum::read(&row.status),
                reason: row.reason,
                carrier: row.carrier,
                tracking_number: row.tracking_number,
            },
            ordered_at: row.ordered_at,
        })
    }
}

#[derive(Insertable)]
#[diesel(table_name = order_items)]
struct NewRow<'a> {
    id: Uuid,
    order_id: Uuid,
    shop_id: Uuid,
    customer_id: Option<Uuid>,
    product_id: Uuid,
    variation_id: Uuid,
    quantity: i32,
    unit_price: i64,
    currency: &'a str,
    status: &'a str,
    reason: Option<&'a str>,
    carrier: Option<&'a str>,
    tracking_number: Option<&'a str>,
    version: i64,
    ordered_at: DateTime<Utc>,
}

impl<'a> NewRow<'a> {
    fn of(item: &'a NewOrderItem, customer_id: Option<Uuid>, status: &'a str) -> Self {
        Self {
            id: item.id,
            order_id: item.order_id,
            shop_id: item.shop_id,
            customer_id,
            product_id: item.product_id,
            variation_id: item.variation_id,
            quantity: item.quantity,
            unit_price: item.unit_price,
            currency: &item.currency,
            status,
            reason: None,
            carrier: None,
            tracking_number: None,
            version: item.version,
            ordered_at: item.at,
        }
    }
}

/// Which items of a shop to list.
#[derive(Debug, Clone, Default)]
pub struct OrderItemFilter {
    /// In this status.
    pub status: Option<ItemStatus>,
    /// Ordered then or later.
    pub from: Option<DateTime<Utc>>,
    /// Ordered before.
    pub to: Option<DateTime<Utc>>,
    /// After the item with this time and id.
    pub after: Option<(DateTime<Utc>, Uuid)>,
    /// At most so many.
    pub limit: i64,
}

/// Adds items, or what they are called where a change of status was here first; items of an erased account without the
/// customer. The caller holds [`super::accounts::share_erasures`].
///
/// One statement, because every order passes here.
pub async fn keep_lines(tx: &mut Conn, items: &[(NewOrderItem, ItemLine)]) -> Result<()> {
    // An item that is told twice at once was ordered the first time.
    let mut first = BTreeMap::new();
    for (item, line) in items {
        first.entry(item.id).or_insert((item, line));
    }
    let (items, lines): (Vec<&NewOrderItem>, Vec<&ItemLine>) = first.into_values().unzip();
    let lines = lines
        .into_iter()
        .map(serde_json::to_value)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| Error::Corrupt("order_items"))?;
    prepared(
        diesel::sql_query(
            "insert into order_items as known (id, order_id, shop_id, customer_id, product_id, variation_id, quantity,
                 unit_price, currency, version, ordered_at, line, status)
             select new.id, order_id, shop_id, case when account.is_erased then null else customer_id end, product_id,
                 variation_id, quantity, unit_price, currency, new.version, ordered_at, line, $13
             from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as new (id, order_id, shop_id, customer_id,
                 product_id, variation_id, quantity, unit_price, currency, version, ordered_at, line)
             left join accounts account on account.user_id = new.customer_id
             on conflict (id) do update set line = excluded.line, ordered_at = excluded.ordered_at
             where known.line is null",
        )
        .bind::<Array<SqlUuid>, _>(column(&items, |item| item.id))
        .bind::<Array<SqlUuid>, _>(column(&items, |item| item.order_id))
        .bind::<Array<SqlUuid>, _>(column(&items, |item| item.shop_id))
        .bind::<Array<SqlUuid>, _>(column(&items, |item| item.customer_id))
        .bind::<Array<SqlUuid>, _>(column(&items, |item| item.product_id))
        .bind::<Array<SqlUuid>, _>(column(&items, |item| item.variation_id))
        .bind::<Array<Integer>, _>(column(&items, |item| item.quantity))
        .bind::<Array<BigInt>, _>(column(&items, |item| item.unit_price))
        .bind::<Array<Text>, _>(column(&items, |item| item.currency.as_str()))
        .bind::<Array<BigInt>, _>(column(&items, |item| item.version))
        .bind::<Array<Timestamptz>, _>(column(&items, |item| item.at))
        .bind::<Array<Jsonb>, _>(lines)
        .bind::<Text, _>(ItemStatus::Processing.as_str()),
    )
    .execute(tx)
    .await?;
    Ok(())
}

fn column<'a, T>(items: &[&'a NewOrderItem], value: impl Fn(&'a NewOrderItem) -> T) -> Vec<T> {
    items.iter().map(|item| value(item)).collect()
}

/// Moves an item on unless it is further already; an item that is not here yet is added, for this customer.
pub async fn keep_state(
    tx: &mut Conn,
    item: &NewOrderItem,
    customer_id: Option<Uuid>,
    change: &OrderItemChange,
) -> Result<()> {
    let row = NewRow {
        reason: change.reason.as_deref(),
        carrier: change.carrier.as_deref(),
        tracking_number: change.tracking_number.as_deref(),
        ..NewRow::of(item, customer_id, change.status.as_str())
    };
    let shipment = (
        order_items::carrier.eq(coalesce(excluded(order_items::carrier), order_items::carrier)),
        order_items::tracking_number.eq(coalesce(
            excluded(order_items::tracking_number),
            order_items::tracking_number,
        )),
    );
    let insert = diesel::insert_into(order_items::table)
        .values(row)
        .on_conflict(order_items::id)
        .do_update()
        .set((
            order_items::status.eq(excluded(order_items::status)),
            order_items::reason.eq(excluded(order_items::reason)),
            shipment,
            order_items::version.eq(excluded(order_items::version)),
        ));
    methods::FilterDsl::filter(insert, order_items::version.lt(excluded(order_items::version)))
        .execute(tx)
        .await?;
    Ok(())
}

/// Takes a customer whose account was erased out of the items of all shops, with the words that came with them.
pub async fn forget_customer(tx: &mut Conn, customer_id: Uuid) -> Result<()> {
    diesel::update(order_items::table.filter(order_items::customer_id.eq(customer_id)))
        .set((
            order_items::customer_id.eq(None::<Uuid>),
            order_items::reason.eq(None::<String>),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// How many items of a shop somebody still waits for.
pub async fn count_unfinished(conn: &mut Conn, shop_id: Uuid) -> Result<i64> {
    let [cancelled, delivered] = ItemStatus::FINISHED.map(ItemStatus::as_str);
    // All other statuses, also those of a later build, as ranges: so the index finds them beside many finished items.
    let unfinished = order_items::status
        .lt(cancelled)
        .or(order_items::status
            .gt(cancelled)
            .and(order_items::status.lt(delivered)))
        .or(order_items::status.gt(delivered));
    let count = order_items::table
        .filter(order_items::shop_id.eq(shop_id))
        .filter(unfinished)
        .count()
        .get_result(conn)
        .await?;
    Ok(count)
}

/// The items of a shop from the newest to the oldest. One that is known by its status alone waits for its name.
pub async fn list(conn: &mut Conn, shop_id: Uuid, filter: &OrderItemFilter) -> Result<Vec<OrderItem>> {
    let mut query = order_items::table
        .filter(order_items::shop_id.eq(shop_id))
        .filter(order_items::line.is_not_null())
        .select(OrderItemRow::as_select())
        .order((order_items::ordered_at.desc(), order_items::id.desc()))
        .limit(filter.limit)
        .into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(order_items::status.eq(status.as_str()));
    }
    if let Some(from) = filter.from {
        query = query.filter(order_items::ordered_at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(order_items::ordered_at.lt(to));
    }
    if let Some((at, id)) = filter.after {
        // The first comparison is implied by the second; it is there for the index.
        let before = order_items::ordered_at.lt(at).or(order_items::id.lt(id));
        query = query.filter(order_items::ordered_at.le(at)).filter(before);
    }
    query
        .load(conn)
        .await?
        .into_iter()
        .map(OrderItem::try_from)
        .collect()
}

diesel::define_sql_function! {
    /// The first that is there.
    fn coalesce(
        new: diesel::sql_types::Nullable<diesel::sql_types::Text>,
        old: diesel::sql_types::Nullable<diesel::sql_types::Text>,
    ) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}
