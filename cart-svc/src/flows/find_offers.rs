//! Ask what lies in a cart, and do with what is known when there is no answer.

use souk_clients::product::ProductClient;
use souk_db::Db;
use souk_mirror::{Listing, listings};
use uuid::Uuid;

use crate::Result;
use crate::domain::Offers;

/// What is offered under these ids: by one call to product-svc, or from its events.
///
/// # Errors
/// When the database fails; that product-svc gives no answer is no error.
pub async fn find_offers(db: &Db, products: &ProductClient, variation_ids: &[Uuid]) -> Result<Offers> {
    let known = listings(&mut *db.conn().await?, variation_ids).await?;
    if variation_ids.is_empty() {
        return Ok(Offers::live(known, []));
    }
    match products.lookup(variation_ids).await {
        Ok(answered) => Ok(Offers::live(known, answered.into_iter().map(Listing::from))),
        Err(error) => {
            tracing::warn!(%error, "A cart is shown without asking product-svc");
            Ok(Offers::known(known))
        }
    }
}
