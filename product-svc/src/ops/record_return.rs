//! A cancelled item comes back.

use souk_db::Conn;

use crate::domain::Returned;
use crate::{Error, Result, store};

/// Writes down that an order item comes back to stock, once per item.
///
/// The stock itself is moved by [`super::put_back_returns`]: a consumer's transaction holds many events, and would lock
/// stock in the order of the events instead of the order of the ids.
///
/// # Errors
/// [`Error::UnknownVariation`] when the variation was never here.
pub async fn record_return(tx: &mut Conn, returned: &Returned) -> Result<()> {
    if !store::stock::exists(tx, returned.variation_id).await? {
        return Err(Error::UnknownVariation(returned.variation_id.0));
    }
    store::returns::insert(tx, returned).await
}
