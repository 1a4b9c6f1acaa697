//! Drop what the service that should own it does not know.

use souk_db::Conn;
use uuid::Uuid;

use crate::domain::{JobKind, Kind};
use crate::{Result, store};

/// Takes away the snapshot of a shop or product, whatever its version: it was never there, or was restored away.
///
/// # Errors
/// When the database fails.
pub async fn drop_unknown(tx: &mut Conn, kind: Kind, id: Uuid) -> Result<()> {
    let (is_dropped, job) = match kind {
        Kind::Shop => (store::shops::forget(tx, id).await?, JobKind::Shop),
        Kind::Product => (store::products::forget(tx, id).await?, JobKind::Product),
    };
    if is_dropped {
        store::queue::push(tx, job, &[id]).await?;
    }
    Ok(())
}
