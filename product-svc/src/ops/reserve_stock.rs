//! Reserve stock for orders.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use souk_db::Conn;

use super::tell;
use crate::domain::{Outcome, Request, Reservation, ReservationStatus, VariationId};
use crate::{Result, store};

/// Decides every request on its own, in order: all of its lines are held, or none. Requests that wait together
/// share one transaction, so a variation that all of them want is locked and written once.
///
/// Answers an outcome for each request. Fails on the key of `reservations` when one of them was made before and its
/// stock is still there: the caller then asks for that reservation instead.
///
/// # Errors
/// [`crate::domain::ReservationError::UnknownStatus`] when a later build has changed one that was made before.
pub async fn reserve_stock(
    tx: &mut Conn,
    requests: &[Request],
    expires_at: DateTime<Utc>,
) -> Result<Vec<Outcome>> {
    let wanted: BTreeSet<VariationId> = requests
        .iter()
        .flat_map(|request| &request.lines)
        .map(|line| line.variation_id)
        .collect();
    let mut shelf = store::shelf::lock(tx, wanted).await?;
    let mut held = Vec::new();
    let mut outcomes = Vec::new();
    for request in requests {
        outcomes.push(match shelf.take(request) {
            Ok(lines) => {
                let reservation = Reservation {
                    id: request.id,
                    user_id: Some(request.user_id),
                    lines,
                    status: ReservationStatus::Held.into(),
                    expires_at,
                };
                held.push(reservation.clone());
                Outcome::Held(reservation)
            }
            Err(changes) => Outcome::Refused(changes),
        });
    }
    if !held.is_empty() {
        store::shelf::keep(tx, &shelf, &held).await?;
        tell::stock_moved(tx, &shelf).await?;
    }
    recall(tx, requests, &mut outcomes).await?;
    Ok(outcomes)
}

/// A request that is refused now may have been granted before: then that answer stands.
async fn recall(tx: &mut Conn, requests: &[Request], outcomes: &mut [Outcome]) -> Result<()> {
    let refused = |outcome: &Outcome| matches!(outcome, Outcome::Refused(_));
    if !outcomes.iter().any(refused) {
        return Ok(());
    }
    let pairs = requests.iter().zip(outcomes.iter());
    let ids: Vec<_> = pairs
        .filter(|(_, outcome)| refused(outcome))
        .map(|(request, _)| request.id)
        .collect();
    for known in store::reservations::find(tx, ids).await? {
        for (request, outcome) in requests.iter().zip(outcomes.iter_mut()) {
            if request.id == known.id {
                *outcome = known.clone().try_into()?;
            }
        }
    }
    Ok(())
}
