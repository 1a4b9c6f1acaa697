//! Ask what one line holds.

use souk_clients::product::ProductClient;
use souk_db::Db;
use souk_mirror::OwnerRule;
use uuid::Uuid;

use super::find_offers;
use crate::domain::Offers;
use crate::{Result, store};

/// What is offered for a line of the customer's cart.
///
/// # Errors
/// [`crate::domain::CartError`] when there is no such line or no cart.
pub async fn find_line_offers(
    db: &Db,
    products: &ProductClient,
    rule: OwnerRule,
    user_id: Uuid,
    line_id: Uuid,
) -> Result<Offers> {
    let variation_id = {
        let mut conn = db.conn().await?;
        let cart = store::carts::find(&mut conn, user_id).await?;
        cart.admit(rule.bars(&mut conn, user_id).await?)?;
        cart.line(line_id)?.variation_id
    };
    find_offers(db, products, &[variation_id]).await
}
