//! Take charge of reservations that have outlived their time.

use souk_db::Conn;

use crate::domain::ReservationId;
use crate::{Result, store};

/// How many are taken charge of at once.
const LIMIT: i32 = 50;
/// For how many seconds nobody else asks about them; longer than asking about all of them takes.
const PUT_OFF: i32 = 30;

/// Reservations to ask order-svc about. Each is put off, so that no other replica asks at the same time, and so that
/// one without an answer is asked about again later.
///
/// # Errors
/// When the database fails.
pub async fn claim_due_reservations(tx: &mut Conn) -> Result<Vec<ReservationId>> {
    store::reservations::claim_due(tx, LIMIT, PUT_OFF).await
}
