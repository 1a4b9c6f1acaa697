//! Ask what somebody wants to add.

use souk_clients::product::ProductClient;
use souk_mirror::Listing;
use uuid::Uuid;

use crate::Result;

/// What product-svc offers under this id; `None` when nobody sells it or it is gone for good.
///
/// # Errors
/// [`crate::Error::Products`] when product-svc gives no answer.
pub async fn find_offer(products: &ProductClient, variation_id: Uuid) -> Result<Option<Listing>> {
    let found = products.lookup(&[variation_id]).await?;
    Ok(found.into_iter().find(|live| !live.archived).map(Listing::from))
}
