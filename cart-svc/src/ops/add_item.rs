//! Put something into a cart.

use chrono::Utc;
use souk_db::Conn;
use souk_mirror::{Listing, OwnerRule, products};
use uuid::Uuid;

use super::lock_cart::lock_cart;
use crate::domain::{CartError, LineView};
use crate::{Result, store};

/// What adding led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedItem {
    /// The line that holds it.
    pub line: LineView,
    /// Whether the line is new.
    pub is_new: bool,
    /// The version of the cart.
    pub version: i64,
}

/// Adds pieces of what was just offered; `None` when nobody sells it.
///
/// # Errors
/// [`CartError`] says why it cannot be added.
pub async fn add_item(
    tx: &mut Conn,
    rule: OwnerRule,
    user_id: Uuid,
    offer: Option<&Listing>,
    quantity: i32,
) -> Result<AddedItem> {
    let before = lock_cart(tx, rule, user_id).await?;
    let offer = offer.ok_or(CartError::UnknownVariation)?;
    let mut cart = before.clone();
    let added = cart.add(offer, quantity, Utc::now())?;
    // First what the line refers to.
    products::remember(tx, offer).await?;
    store::carts::save(tx, &before, &cart).await?;
    let line = LineView {
        line: added.line,
        listing: offer.clone(),
        notices: Vec::new(),
    };
    Ok(AddedItem {
        line,
        is_new: added.is_new,
        version: cart.version,
    })
}
