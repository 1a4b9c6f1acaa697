//! Let a reservation go.

use chrono::{DateTime, Utc};
use souk_db::Conn;

use super::tell;
use crate::domain::{Reason, ReservationError, ReservationId, ReservationStatus};
use crate::{Error, Result, store};

/// Puts the stock of a held reservation back; one that has ended stays as it is. An id that is not known is barred,
/// so that a request still on its way cannot hold stock for an order that will not come.
///
/// # Errors
/// [`ReservationError::UnknownStatus`] when a later build has changed it.
pub async fn release_reservation(tx: &mut Conn, id: ReservationId, now: DateTime<Utc>) -> Result<()> {
    let Some(reservation) = find_or_bar(tx, id, now).await? else {
        return Ok(());
    };
    let status = reservation
        .status
        .decide()
        .map_err(ReservationError::UnknownStatus)?;
    if status != ReservationStatus::Held {
        return Ok(());
    }
    // Stock first and the reservation after it, as when it is made: whoever locks in one order cannot wait in a circle.
    let mut shelf = store::shelf::lock(tx, reservation.lines.iter().map(|line| line.variation_id)).await?;
    if !store::reservations::end(tx, id).await? {
        return Ok(());
    }
    for line in &reservation.lines {
        shelf
            .put_back(line.variation_id, line.quantity, Reason::Release, id.0)
            .map_err(|unknown| Error::UnknownVariation(unknown.0))?;
    }
    store::shelf::keep(tx, &shelf, &[]).await?;
    tell::stock_moved(tx, &shelf).await
}

async fn find_or_bar(
    tx: &mut Conn,
    id: ReservationId,
    now: DateTime<Utc>,
) -> Result<Option<crate::domain::Reservation>> {
    if let Some(known) = store::reservations::find(tx, [id]).await?.pop() {
        return Ok(Some(known));
    }
    if store::reservations::bar(tx, id, now).await? {
        return Ok(None);
    }
    // It was made between the two statements.
    Ok(store::reservations::find(tx, [id]).await?.pop())
}
