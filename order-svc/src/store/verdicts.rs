//! What reservations came to.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_contracts::UnknownWord;
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

/// The verdict on a reservation, after giving it up if nothing was decided yet; a word alone if only a later build knows
/// it.
pub async fn abandon(tx: &mut Conn, reservation_id: Uuid) -> Result<Result<Verdict, UnknownWord>, DbError> {
    diesel::insert_into(verdicts::table)
        .values((
            verdicts::reservation_id.eq(reservation_id),
            verdicts::verdict.eq("abandoned"),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    // A statement of its own: one that another transaction has just committed is not in the first one's snapshot.
    let decided = verdicts::table
        .find(reservation_id)
        .select((verdicts::verdict, verdicts::order_id))
        .get_result::<(String, Option<Uuid>)>(tx)
        .await?;
    Ok(match (decided.0.as_str(), decided.1) {
        ("ordered", Some(order_id)) => Ok(Verdict::Ordered(order_id)),
        ("abandoned", _) => Ok(Verdict::Abandoned),
        (word, _) => Err(UnknownWord::new(word)),
    })
}
