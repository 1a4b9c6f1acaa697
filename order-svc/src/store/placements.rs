//! A new order, written in one statement: a round trip costs more than a row.

use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use souk_db::{Conn, DbError, prepared};
use uuid::Uuid;

use super::rows::unreadable;
use crate::domain::{Entry, Item, Order};

/// Nothing is written unless the account is open and the verdict could be: everything else hangs on the rows that they
/// return. The conflict on the account's row reads it as it was last committed and keeps it locked: see
/// [`super::accounts::set_closed_and_lock`].
const INSERT: &str = "
with account as (
    insert into accounts (user_id) values ($4)
    on conflict (user_id) do update set user_id = excluded.user_id where not accounts.is_closed
    returning user_id
), decided as (
    insert into verdicts (reservation_id, verdict, order_id) select $1, 'ordered', $2 from account
    on conflict do nothing returning order_id
), placed as (
    insert into orders (id, reservation_id, number, user_id, previous_order_id, status, currency, subtotal,
                        shipping, tax, discount, total, shipping_address, note, created_at)
    select order_id, $1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 from decided
), parts as (
    insert into sub_orders (order_id, id, shop_id, owner_id, status, subtotal)
    select decided.order_id, part.* from decided, unnest($16, $17, $18, $19, $20) as part
), items as (
    insert into order_items (order_id, sub_order_id, id, cart_line_id, product_id, variation_id, title, sku,
                             options, quantity, unit_price, cost_price, status)
    select decided.order_id, item.*
    from decided, unnest($21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32) as item
), story as (
    insert into timeline (order_id, id, at, actor, actor_id, what)
    select order_id, $33, $34, $35, $36, $37 from decided
)
select exists (select from account) as is_open, exists (select from decided) as is_written";

#[derive(diesel::QueryableByName)]
struct Outcome {
    #[diesel(sql_type = Bool)]
    is_open: bool,
    #[diesel(sql_type = Bool)]
    is_written: bool,
}

/// What became of an order that was to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// It stands.
    Written,
    /// Its customer may not order any more.
    AccountClosed,
    /// There is a verdict on its reservation already.
    Decided,
}

/// Writes an order, the first entry of its story, and the verdict on its reservation, or nothing at all.
///
/// # Errors
/// Also when the number is taken or another order follows the same one: see [`DbError::violated_unique`].
pub async fn insert(tx: &mut Conn, order: &Order, placed: &Entry) -> Result<Inserted, DbError> {
    let address = serde_json::to_value(&order.address).map_err(unreadable)?;
    let parts = &order.sub_orders;
    let items: Vec<(Uuid, &Item)> = parts
        .iter()
        .flat_map(|part| part.items.iter().map(|item| (part.id, item)))
        .collect();
    let options = items
        .iter()
        .map(|(_, item)| serde_json::to_value(&item.options))
        .collect::<Result<Vec<Value>, _>>();

    let query = diesel::sql_query(INSERT)
        .bind::<SqlUuid, _>(order.reservation_id)
        .bind::<SqlUuid, _>(order.id)
        .bind::<Text, _>(&order.number)
        .bind::<SqlUuid, _>(order.user_id)
        .bind::<Nullable<SqlUuid>, _>(order.previous_order_id)
        .bind::<Text, _>(order.status.as_str())
        .bind::<Text, _>(order.currency.as_str())
        .bind::<BigInt, _>(order.totals.subtotal)
        .bind::<BigInt, _>(order.totals.shipping)
        .bind::<BigInt, _>(order.totals.tax)
        .bind::<BigInt, _>(order.totals.discount)
        .bind::<BigInt, _>(order.totals.total)
        .bind::<Jsonb, _>(address)
        .bind::<Nullable<Text>, _>(order.note.as_deref())
        .bind::<Timestamptz, _>(order.created_at)
        .bind::<Array<SqlUuid>, _>(column(parts, |part| part.id))
        .bind::<Array<SqlUuid>, _>(column(parts, |part| part.shop_id))
        .bind::<Array<SqlUuid>, _>(column(parts, |part| part.owner_id))
        .bind::<Array<Text>, _>(column(parts, |part| part.status.as_str()))
        .bind::<Array<BigInt>, _>(column(parts, |part| part.subtotal))
        .bind::<Array<SqlUuid>, _>(column(&items, |(part, _)| *part))
        .bind::<Array<SqlUuid>, _>(column(&items, |(_, item)| item.id))
        .bind::<Array<SqlUuid>, _>(column(&items, |(_, item)| item.cart_line_id))
        .bind::<Array<SqlUuid>, _>(column(&items, |(_, item)| item.product_id))
        .bind::<Array<SqlUuid>, _>(column(&items, |(_, item)| item.variation_id))
        .bind::<Array<Text>, _>(column(&items, |(_, item)| item.title.as_str()))
        .bind::<Array<Text>, _>(column(&items, |(_, item)| item.sku.as_str()))
        .bind::<Array<Jsonb>, _>(options.map_err(unreadable)?)
        .bind::<Array<Integer>, _>(column(&items, |(_, item)| item.quantity))
        .bind::<Array<BigInt>, _>(column(&items, |(_, item)| item.unit_price))
        .bind::<Array<Nullable<BigInt>>, _>(column(&items, |(_, item)| item.cost_price))
        .bind::<Array<Text>, _>(column(&items, |(_, item)| item.status.as_str()))
        .bind::<SqlUuid, _>(placed.id)
        .bind::<Timestamptz, _>(placed.at)
        .bind::<Text, _>(placed.actor.as_str())
        .bind::<SqlUuid, _>(placed.actor.user_id())
        .bind::<Text, _>(placed.what.as_str());
    let outcome: Outcome = prepared(query).get_result(tx).await?;
    Ok(match outcome {
        Outcome { is_written: true, .. } => Inserted::Written,
        Outcome { is_open: false, .. } => Inserted::AccountClosed,
        Outcome { .. } => Inserted::Decided,
    })
}

fn column<'a, T, U>(rows: &'a [T], value: impl Fn(&'a T) -> U) -> Vec<U> {
    rows.iter().map(value).collect()
}
