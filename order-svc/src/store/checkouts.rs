//! What a checkout must know before it begins.

use std::collections::HashMap;

use diesel::sql_types::{Array, Integer, Uuid as SqlUuid};
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
    user_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    order_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    cart_line_id: Uuid,
    #[diesel(sql_type = Integer)]
    quantity: i32,
}

/// Of each of these customers who has ordered, the order that no other one follows.
pub async fn latest_orders(
    conn: &mut Conn,
    user_ids: &[Uuid],
) -> Result<HashMap<Uuid, LatestOrder>, DbError> {
    // The end of the chain, not the newest by the clock: replicas may disagree about the time.
    let rows: Vec<LineRow> = prepared(
        diesel::sql_query(
            "select latest.user_id, item.order_id, item.cart_line_id, item.quantity
             from (select distinct unnest($1) as id) as customer
             cross join lateral (
                 select o.user_id, o.id from orders o
                 where o.user_id = customer.id and not exists (
                     select from orders next where next.user_id = o.user_id and next.previous_order_id = o.id)
                 order by o.id desc limit 1
             ) as latest
             join order_items item on item.order_id = latest.id",
        )
        .bind::<Array<SqlUuid>, _>(user_ids),
    )
    .load(conn)
    .await?;
    let mut latest = HashMap::new();
    for row in rows {
        let order = latest.entry(row.user_id).or_insert_with(|| LatestOrder {
            order_id: row.order_id,
            lines: Vec::new(),
        });
        order.lines.push((row.cart_line_id, row.quantity));
    }
    Ok(latest)
}
