//! Turn reservations into sales.

use std::collections::HashMap;

use souk_contracts::OpenEnum;
use souk_db::Conn;
use uuid::Uuid;

use crate::domain::{ReservationError, ReservationId, ReservationStatus};
use crate::{Result, store};

/// Sells what is held, each reservation to its order; what was sold before stays sold. Available stock does not change:
/// the ledger gives the held pieces back and takes them as sold.
///
/// order-svc writes the order and the verdict `ordered` in one transaction, after this service has answered that the
/// stock is held, and this service releases only on the verdict `abandoned`. So an order whose reservation is not
/// known, or was released, contradicts the rules: it is refused here, and an operator finds the parked event.
///
/// # Errors
/// [`ReservationError`] for that contradiction, and nothing may be kept of the others then.
pub async fn sell_reservations(tx: &mut Conn, sales: &[(ReservationId, Option<Uuid>)]) -> Result<()> {
    let sold = store::reservations::sell(tx, sales).await?;
    let unsold: Vec<ReservationId> = sales
        .iter()
        .map(|(id, _)| *id)
        .filter(|id| !sold.contains(id))
        .collect();
    if unsold.is_empty() {
        return Ok(());
    }
    let known: HashMap<ReservationId, OpenEnum<ReservationStatus>> =
        store::reservations::find(tx, unsold.clone())
            .await?
            .into_iter()
            .map(|known| (known.id, known.status))
            .collect();
    for id in unsold {
        let status = known.get(&id).map(|status| status.decide());
        match status.transpose().map_err(ReservationError::UnknownStatus)? {
            Some(ReservationStatus::Sold | ReservationStatus::Held) => {}
            Some(ReservationStatus::Released) => return Err(ReservationError::SoldAfterRelease(id).into()),
            None => return Err(ReservationError::Unknown(id).into()),
        }
    }
    Ok(())
}
