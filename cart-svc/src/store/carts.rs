//! Carts, whole.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError, prepared};
use uuid::Uuid;

use super::lines::{self, LineRow};
use super::schema::{cart_lines, carts};
use crate::domain::{Cart, Line, Order};

/// The cart of a customer; an empty one where no row was made yet.
pub async fn find(conn: &mut Conn, user_id: Uuid) -> Result<Cart, DbError> {
    let mut found = find_all(conn, &[user_id]).await?;
    Ok(found.remove(&user_id).unwrap_or_else(|| Cart::empty(user_id)))
}

/// The carts of these customers, as far as their rows were made yet.
pub async fn find_all(conn: &mut Conn, user_ids: &[Uuid]) -> Result<HashMap<Uuid, Cart>, DbError> {
    let rows = carts::table
        .left_join(cart_lines::table.on(cart_lines::user_id.eq(carts::user_id)))
        .filter(carts::user_id.eq_any(user_ids))
        .order((cart_lines::added_at, cart_lines::id))
        .select((
            carts::user_id,
            carts::version,
            carts::is_erased,
            Option::<LineRow>::as_select(),
        ))
        .load::<(Uuid, i64, bool, Option<LineRow>)>(conn)
        .await?;
    let mut found = HashMap::new();
    for (user_id, version, is_erased, line) in rows {
        let cart = found.entry(user_id).or_insert_with(|| Cart {
            user_id,
            version,
            is_erased,
            lines: Vec::new(),
        });
        cart.lines.extend(line.map(Line::try_from).transpose()?);
    }
    Ok(found)
}

/// Makes the row of a cart, unless it is there.
pub async fn make(tx: &mut Conn, user_id: Uuid) -> Result<(), DbError> {
    diesel::insert_into(carts::table)
        .values(carts::user_id.eq(user_id))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    Ok(())
}

/// The cart of a customer, its row made if need be and locked until the transaction ends.
pub async fn lock(tx: &mut Conn, user_id: Uuid) -> Result<Cart, DbError> {
    let (version, is_erased) = lock_row(tx, user_id).await?;
    // A statement of its own: its snapshot is taken with the lock in hand.
    let lines = lines::of_cart(tx, user_id).await?;
    Ok(Cart {
        user_id,
        version,
        is_erased,
        lines,
    })
}

/// Version and mark of erasure of a cart, locked; nearly always there is a row.
async fn lock_row(tx: &mut Conn, user_id: Uuid) -> Result<(i64, bool), DbError> {
    let select = || {
        let row = carts::table
            .find(user_id)
            .select((carts::version, carts::is_erased));
        row.for_update()
    };
    if let Some(row) = select().first(tx).await.optional()? {
        return Ok(row);
    }
    make(tx, user_id).await?;
    Ok(select().first(tx).await?)
}

/// Takes what was ordered out of customers' carts, each order once, unless the cart is erased; what was offered for
/// these lines goes too.
///
/// Two statements, because every order passes here: the second one sees all that others did before the locks.
pub async fn take_out(tx: &mut Conn, orders: &[Order]) -> Result<(), DbError> {
    // An order that is told twice at once counts once.
    let orders: BTreeMap<(Uuid, Uuid), &Order> = orders
        .iter()
        .map(|order| ((order.user_id, order.id), order))
        .collect();
    lock_rows(tx, orders.keys().map(|(user_id, _)| *user_id).collect()).await?;
    let lines: Vec<(&Order, Uuid, i32)> = orders
        .values()
        .flat_map(|order| order.lines.iter().map(|(id, quantity)| (*order, *id, *quantity)))
        .collect();
    prepared(
        diesel::sql_query(
            "with line as (
                 select * from unnest($1, $2, $3, $4) as line (user_id, order_id, id, quantity)
             ), fresh as (
                 insert into applied (user_id, id, is_order)
                 select distinct user_id, order_id, true from line join carts using (user_id) where not is_erased
                 on conflict do nothing returning user_id, id
             ), ordered as (
                 select line.user_id, line.id, sum(line.quantity) as quantity
                 from line join fresh on fresh.user_id = line.user_id and fresh.id = line.order_id
                 group by 1, 2
             ), gone as (
                 delete from cart_lines l using ordered o
                 where l.id = o.id and l.user_id = o.user_id and l.quantity <= o.quantity
                 returning l.user_id
             ), fewer as (
                 update cart_lines l
                 set quantity = l.quantity - o.quantity, proposed_quantity = null, proposed_amount = null
                 from ordered o
                 where l.id = o.id and l.user_id = o.user_id and l.quantity > o.quantity
                 returning l.user_id
             )
             update carts set version = version + 1
             where user_id in (select user_id from gone union select user_id from fewer)",
        )
        .bind::<Array<SqlUuid>, _>(lines.iter().map(|(order, ..)| order.user_id).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(lines.iter().map(|(order, ..)| order.id).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(lines.iter().map(|(_, id, _)| *id).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(lines.iter().map(|(.., quantity)| *quantity).collect::<Vec<_>>()),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Locks the rows of carts until the transaction ends, in the order of their customers: whoever locks in one order
/// cannot wait in a circle. Rows that are missing are made in the same order.
async fn lock_rows(tx: &mut Conn, user_ids: Vec<Uuid>) -> Result<(), DbError> {
    // A row in conflict is locked whether or not it is updated.
    prepared(
        diesel::sql_query(
            "insert into carts (user_id) select distinct user_id from unnest($1) as user_id order by user_id
             on conflict (user_id) do update set version = carts.version where false",
        )
        .bind::<Array<SqlUuid>, _>(user_ids),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes what differs between a locked cart as it was and as it is.
pub async fn save(tx: &mut Conn, before: &Cart, after: &Cart) -> Result<(), DbError> {
    lines::save(tx, before.user_id, &before.lines, &after.lines).await?;
    if (before.version, before.is_erased) != (after.version, after.is_erased) {
        diesel::update(carts::table.find(after.user_id))
            .set((
                carts::version.eq(after.version),
                carts::is_erased.eq(after.is_erased),
            ))
            .execute(tx)
            .await?;
    }
    Ok(())
}
