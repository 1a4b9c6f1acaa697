//! Give up a reservation.

use souk_db::Conn;
use uuid::Uuid;

use crate::domain::Verdict;
use crate::{Result, store};

/// Decides that no order will use a reservation, unless one does, and answers what stands from now on.
///
/// # Errors
/// When the database fails.
pub async fn abandon_reservation(tx: &mut Conn, reservation_id: Uuid) -> Result<Verdict> {
    Ok(store::verdicts::abandon(tx, reservation_id).await?)
}
