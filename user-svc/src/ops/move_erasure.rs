//! Take an erasure over, turn it back, let it rest, end it.

use souk_db::Conn;

use crate::domain::Erasure;
use crate::{Result, store};

/// Takes over an erasure that nobody is at.
///
/// # Errors
/// When the database fails.
pub async fn take_over_erasure(tx: &mut Conn) -> Result<Option<Erasure>> {
    Ok(store::erasures::take_due(tx).await?)
}

/// A service has refused: the erasure goes back; `false` when somebody else has taken it over.
///
/// # Errors
/// When the database fails.
pub async fn turn_erasure_back(tx: &mut Conn, erasure: &Erasure) -> Result<bool> {
    Ok(store::erasures::turn_back(tx, erasure).await?)
}

/// Somebody goes on with the erasure later.
///
/// # Errors
/// When the database fails.
pub async fn rest_erasure(tx: &mut Conn, erasure: &Erasure) -> Result<()> {
    store::erasures::rest(tx, erasure).await?;
    Ok(())
}

/// The account is open everywhere again, as if nobody had asked.
///
/// # Errors
/// When the database fails.
pub async fn give_erasure_up(tx: &mut Conn, erasure: &Erasure) -> Result<()> {
    store::erasures::end(tx, erasure).await?;
    Ok(())
}
