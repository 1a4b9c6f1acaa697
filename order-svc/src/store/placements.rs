//! New orders, written in one statement: a round trip costs more than a row.

use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use souk_db::{Conn, DbError, prepared};
use uuid::Uuid;

use super::rows::unreadable;
use crate::domain::{Entry, Item, Order, SubOrder};

/// No order is written unless its customer's account is open and the verdict could be: everything else hangs on the rows
/// that they return. The conflict on an account's row reads it as it was last committed and keeps it locked: see
/// [`super::accounts::set_closed_and_lock`]. Rows that others may hold are taken in the order of their customers, so that
/// two batches cannot wait for each other in a circle.
const INSERT: &str = "
with wanted as (
    select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        as wanted (id, reservation_id, number, user_id, previous_order_id, status, currency, subtotal,
                   shipping, tax, discount, total, shipping_address, note, created_at)
    order by user_id
), account as (
    insert into accounts (user_id) select user_id from wanted
    on conflict (user_id) do update set user_id = excluded.user_id where not accounts.is_closed
    returning user_id
), decided as (
    insert into verdicts (reservation_id, verdict, order_id)
    select reservation_id, 'ordered', id from wanted join account using (user_id)
    on conflict do nothing returning order_id
), placed as (
    insert into orders (id, reservation_id, number, user_id, previous_order_id, status, currency, subtotal,
                        shipping, tax, discount, total, shipping_address, note, created_at)
    select wanted.* from wanted join decided on decided.order_id = wanted.id
), parts as (
    insert into sub_orders (order_id, id, shop_id, owner_id, status, subtotal)
    select part.* from unnest($16, $17, $18, $19, $20, $21)
        as part (order_id, id, shop_id, owner_id, status, subtotal) join decided using (order_id)
), items as (
    insert into order_items (order_id, sub_order_id, id, cart_line_id, product_id, variation_id, title, sku,
                             options, quantity, unit_price, cost_price, status)
    select item.* from unnest($22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)
        as item (order_id, sub_order_id, id, cart_line_id, product_id, variation_id, title, sku,
                 options, quantity, unit_price, cost_price, status) join decided using (order_id)
), story as (
    insert into timeline (order_id, id, at, actor, actor_id, what)
    select entry.* from unnest($35, $36, $37, $38, $39, $40)
        as entry (order_id, id, at, actor, actor_id, what) join decided using (order_id)
)
select (select count(*) from account) as open, (select count(*) from decided) as written";

#[derive(diesel::QueryableByName)]
struct Outcome {
    #[diesel(sql_type = BigInt)]
    open: i64,
    #[diesel(sql_type = BigInt)]
    written: i64,
}

/// What became of orders that were to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// They stand.
    Written,
    /// One of the customers may not order any more.
    AccountClosed,
    /// There is a verdict on one of the reservations already.
    Decided,
}

/// Writes orders, each with the first entry of its story and the verdict on its reservation. Unless all of them are
/// written, the transaction must not be committed.
///
/// # Errors
/// Also when a number is taken or another order follows the same one: see [`DbError::violated_unique`]; and when two of
/// them are of one customer.
pub async fn insert(tx: &mut Conn, placed: &[(Order, Entry)]) -> Result<Inserted, DbError> {
    let orders: Vec<&Order> = placed.iter().map(|(order, _)| order).collect();
    let parts: Vec<(Uuid, &SubOrder)> = orders
        .iter()
        .flat_map(|order| order.sub_orders.iter().map(|part| (order.id, part)))
        .collect();
    let items: Vec<(Uuid, Uuid, &Item)> = parts
        .iter()
        .flat_map(|(order, part)| part.items.iter().map(|item| (*order, part.id, item)))
        .collect();
    let addresses = orders.iter().map(|order| serde_json::to_value(&order.address));
    let options = items
        .iter()
        .map(|(_, _, item)| serde_json::to_value(&item.options));

    let query = diesel::sql_query(INSERT)
        .bind::<Array<SqlUuid>, _>(column(&orders, |order| order.id))
        .bind::<Array<SqlUuid>, _>(column(&orders, |order| order.reservation_id))
        .bind::<Array<Text>, _>(column(&orders, |order| order.number.as_str()))
        .bind::<Array<SqlUuid>, _>(column(&orders, |order| order.user_id))
        .bind::<Array<Nullable<SqlUuid>>, _>(column(&orders, |order| order.previous_order_id))
        .bind::<Array<Text>, _>(column(&orders, |order| order.status.as_str()))
        .bind::<Array<Text>, _>(column(&orders, |order| order.currency.as_str()))
        .bind::<Array<BigInt>, _>(column(&orders, |order| order.totals.subtotal))
        .bind::<Array<BigInt>, _>(column(&orders, |order| order.totals.shipping))
        .bind::<Array<BigInt>, _>(column(&orders, |order| order.totals.tax))
        .bind::<Array<BigInt>, _>(column(&orders, |order| order.totals.discount))
        .bind::<Array<BigInt>, _>(column(&orders, |order| order.totals.total))
        .bind::<Array<Jsonb>, _>(documents(addresses)?)
        .bind::<Array<Nullable<Text>>, _>(column(&orders, |order| order.note.as_deref()))
        .bind::<Array<Timestamptz>, _>(column(&orders, |order| order.created_at))
        .bind::<Array<SqlUuid>, _>(column(&parts, |(order, _)| *order))
        .bind::<Array<SqlUuid>, _>(column(&parts, |(_, part)| part.id))
        .bind::<Array<SqlUuid>, _>(column(&parts, |(_, part)| part.shop_id))
        .bind::<Array<SqlUuid>, _>(column(&parts, |(_, part)| part.owner_id))
        .bind::<Array<Text>, _>(column(&parts, |(_, part)| part.status.as_str()))
        .bind::<Array<BigInt>, _>(column(&parts, |(_, part)| part.subtotal))
        .bind::<Array<SqlUuid>, _>(column(&items, |(order, _, _)| *order))
        .bind::<Array<SqlUuid>, _>(column(&items, |(_, part, _)| *part))
        .bind::<Array<SqlUuid>, _>(column(&items, |(_, _, item)| item.id))
        .bind::<Array<SqlUuid>, _>(column(&items, |(_, _, item)| item.cart_line_id))
        .bind::<Array<SqlUuid>, _>(column(&items, |(_, _, item)| item.product_id))
        .bind::<Array<SqlUuid>, _>(column(&items, |(_, _, item)| item.variation_id))
        .bind::<Array<Text>, _>(column(&items, |(_, _, item)| item.title.as_str()))
        .bind::<Array<Text>, _>(column(&items, |(_, _, item)| item.sku.as_str()))
        .bind::<Array<Jsonb>, _>(documents(options)?)
        .bind::<Array<Integer>, _>(column(&items, |(_, _, item)| item.quantity))
        .bind::<Array<BigInt>, _>(column(&items, |(_, _, item)| item.unit_price))
        .bind::<Array<Nullable<BigInt>>, _>(column(&items, |(_, _, item)| item.cost_price))
        .bind::<Array<Text>, _>(column(&items, |(_, _, item)| item.status.as_str()))
        .bind::<Array<SqlUuid>, _>(column(placed, |(order, _)| order.id))
        .bind::<Array<SqlUuid>, _>(column(placed, |(_, entry)| entry.id))
        .bind::<Array<Timestamptz>, _>(column(placed, |(_, entry)| entry.at))
        .bind::<Array<Text>, _>(column(placed, |(_, entry)| entry.actor.as_str()))
        .bind::<Array<SqlUuid>, _>(column(placed, |(_, entry)| entry.actor.user_id()))
        .bind::<Array<Text>, _>(column(placed, |(_, entry)| entry.what.as_str()));
    let Outcome { open, written } = prepared(query).get_result(tx).await?;
    let all = i64::try_from(placed.len()).unwrap_or(i64::MAX);
    Ok(match (open == all, written == all) {
        (true, true) => Inserted::Written,
        (false, _) => Inserted::AccountClosed,
        (true, false) => Inserted::Decided,
    })
}

fn column<'a, T, U>(rows: &'a [T], value: impl Fn(&'a T) -> U) -> Vec<U> {
    rows.iter().map(value).collect()
}

fn documents(values: impl Iterator<Item = serde_json::Result<Value>>) -> Result<Vec<Value>, DbError> {
    let values = values.collect::<serde_json::Result<_>>();
    values.map_err(unreadable)
}
