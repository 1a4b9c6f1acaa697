//! Put something into a cart for another service, once.

use souk_db::Conn;
use souk_mirror::{Listing, OwnerRule};
use uuid::Uuid;

use super::add_item;
use super::lock_cart::lock_cart;
use crate::domain::Line;
use crate::{Result, store};

/// What another service wants to add.
#[derive(Debug, Clone, Copy)]
pub struct Addition<'a> {
    /// The same id adds once.
    pub dedupe_id: Option<Uuid>,
    /// What is wanted.
    pub variation_id: Uuid,
    /// What was just offered under that id.
    pub offer: Option<&'a Listing>,
    /// How many pieces.
    pub quantity: i32,
}

/// Adds unless it was added before, and answers the line that holds it, if it is still there.
///
/// # Errors
/// As [`add_item`].
pub async fn add_item_once(
    tx: &mut Conn,
    rule: OwnerRule,
    user_id: Uuid,
    addition: Addition<'_>,
) -> Result<Option<Line>> {
    let cart = lock_cart(tx, rule, user_id).await?;
    if let Some(id) = addition.dedupe_id
        && !store::applied::record(tx, user_id, id).await?
    {
        return Ok(cart
            .lines
            .into_iter()
            .find(|line| line.variation_id == addition.variation_id));
    }
    let added = add_item(tx, rule, user_id, addition.offer, addition.quantity).await?;
    Ok(Some(added.line.line))
}
