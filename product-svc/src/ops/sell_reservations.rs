//! Turn a reservation into a sale.

use souk_db::Conn;
use uuid::Uuid;

use crate::domain::{ReservationError, ReservationId, ReservationStatus};
use crate::{Result, store};

/// Sells what is held; what was sold before stays sold. Available stock does not change: the ledger gives the held
/// pieces back and takes them as sold.
///
/// order-svc writes the order and the verdict `ordered` in one transaction, after this service has answered that the
/// stock is held, and this service releases only on the verdict `abandoned`. So an order whose reservation is not
/// known, or was released, contradicts the rules: it is refused here, and an operator finds the parked event.
///
/// # Errors
/// [`ReservationError`] for that contradiction.
pub async fn sell_reservation(tx: &mut Conn, id: ReservationId, order_id: Option<Uuid>) -> Result<()> {
    if store::reservations::sell(tx, id, order_id).await? {
        return Ok(());
    }
    match store::reservations::find(tx, [id])
        .await?
        .pop()
        .map(|known| known.status)
    {
        Some(ReservationStatus::Sold | ReservationStatus::Held) => Ok(()),
        Some(ReservationStatus::Released) => Err(ReservationError::SoldAfterRelease(id).into()),
        None => Err(ReservationError::Unknown(id).into()),
    }
}
