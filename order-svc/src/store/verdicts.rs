//! What reservations came to.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::verdicts;
use crate::domain::Verdict;

/// Which of these reservations have a verdict.
pub async fn decided(conn: &mut Conn, reservation_ids: &[Uuid]) -> Result<Vec<Uuid>, DbError> {
    Ok(verdicts::table
        .filter(verdicts::reservation_id.eq_any(reservation_ids))
        .select(verdicts::reservation_id)
        .load(conn)
        .await?)
}

/// The verdict on a reservation, after giving it up if nothing was decided yet.
pub async fn abandon(tx: &mut Conn, reservation_id: Uuid) -> Result<Verdict, DbError> {
    diesel::insert_into(verdicts::table)
        .values((
            verdicts::reservation_id.eq(reservation_id),
            verdicts::verdict.eq("abandoned"),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    // A statement of its own: one that another transaction has just committed is not in the first one's snapshot.
    let order_id = verdicts::table
        .find(reservation_id)
        .select(verdicts::order_id)
        .get_result::<Option<Uuid>>(tx)
        .await?;
    Ok(order_id.map_or(Verdict::Abandoned, Verdict::Ordered))
}
