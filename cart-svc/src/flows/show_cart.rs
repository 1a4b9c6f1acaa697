//! Show a cart as things stand now.

use souk_clients::product::ProductClient;
use souk_db::Db;
use souk_mirror::OwnerRule;
use uuid::Uuid;

use super::find_offers;
use crate::domain::CartView;
use crate::{Result, ops, store};

/// The cart with live prices and stock; what is shown is what counts at checkout.
///
/// # Errors
/// [`crate::domain::CartError`] when the customer may have no cart.
pub async fn show_cart(
    db: &Db,
    products: &ProductClient,
    rule: OwnerRule,
    user_id: Uuid,
) -> Result<CartView> {
    let mut cart = {
        let mut conn = db.conn().await?;
        let cart = store::carts::find(&mut conn, user_id).await?;
        cart.admit(rule.bars(&mut conn, user_id).await?)?;
        cart
    };
    let variation_ids: Vec<Uuid> = cart.lines.iter().map(|line| line.variation_id).collect();
    let offers = find_offers(db, products, &variation_ids).await?;
    let seen = cart.clone();
    let view = cart.show(&offers);
    if cart == seen {
        return Ok(view);
    }
    db.transaction(async |tx| ops::show_cart(tx, rule, user_id, &offers).await)
        .await
}
