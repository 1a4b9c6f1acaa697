//! What a checkout must know before it begins.

use diesel::sql_types::{Integer, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError, prepared};
use uuid::Uuid;

/// A customer's latest order, as far as cart-svc needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestOrder {
    /// The order.
    pub order_id: Uuid,
    /// How many of which cart line it took.
    pub lines: Vec<(Uuid, i32)>,
}

#[derive(diesel::QueryableByName)]
struct LineRow {
    #[diesel(sql_type = SqlUuid)]
    order_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    cart_line_id: Uuid,
    #[diesel(sql_type = Integer)]
    quantity: i32,
}

/// The order of this customer that no other one follows.
pub async fn latest_order(conn: &mut Conn, user_id: Uuid) -> Result<Option<LatestOrder>, DbError> {
    // The end of the chain, not the newest by the clock: replicas may disagree about the time.
    let rows: Vec<LineRow> = prepared(
        diesel::sql_query(
            "select order_id, cart_line_id, quantity from order_items
             where order_id = (
                 select o.id from orders o
                 where o.user_id = $1 and not exists (
                     select 1 from orders next where next.user_id = $1 and next.previous_order_id = o.id)
                 order by o.id desc limit 1)",
        )
        .bind::<SqlUuid, _>(user_id),
    )
    .load(conn)
    .await?;
    let [LineRow { order_id, .. }, ..] = rows.as_slice() else {
        return Ok(None);
    };
    let lines = rows.iter().map(|row| (row.cart_line_id, row.quantity)).collect();
    Ok(Some(LatestOrder {
        order_id: *order_id,
        lines,
    }))
}
