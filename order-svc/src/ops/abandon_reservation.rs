//! Give up a reservation.

use souk_db::Conn;
use uuid::Uuid;

use crate::domain::{OrderError, Verdict};
use crate::{Result, store};

/// Decides that no order will use a reservation, unless one does, and answers what stands from now on.
///
/// # Errors
/// [`OrderError::UnknownStatus`] when a later build has decided something else.
pub async fn abandon_reservation(tx: &mut Conn, reservation_id: Uuid) -> Result<Verdict> {
    let verdict = store::verdicts::abandon(tx, reservation_id).await?;
    Ok(verdict.map_err(OrderError::UnknownStatus)?)
}
