//! Move a wish to the cart: first into the cart, then out of the wishlist.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use souk_clients::ClientError;
use souk_clients::cart::{AddItemRequest, AddedItem, CartClient};
use souk_db::{Claim, Conn, Db};
use souk_mirror::OwnerRule;
use uuid::Uuid;

use crate::domain::{Subject, WishlistError};
use crate::{Error, Result, ops, store};

/// Where a wish went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The line of the cart; `None` when it has left the cart since.
    pub line_id: Option<Uuid>,
    /// Pieces of that line.
    pub quantity: i32,
}

/// Adds what is wished for to the cart and removes the wish. The cart knows an addition by the wish's id, so that
/// a move that broke off in the middle can be asked for again.
///
/// # Errors
/// [`WishlistError`] when there is nothing to move, [`Error::Cart`] when the cart refuses.
pub async fn move_to_cart<R: Serialize + DeserializeOwned>(
    db: &Db,
    carts: &CartClient,
    rule: OwnerRule,
    claim: Option<&Claim>,
    wish: (Uuid, Uuid),
    quantity: i32,
    respond: impl Fn(Moved) -> serde_json::Result<R>,
) -> Result<R> {
    let (user_id, wish_id) = wish;
    let variation_id = wished_variation(db, rule, user_id, wish_id).await?;
    let request = AddItemRequest {
        variation_id,
        quantity,
        dedupe_id: Some(wish_id),
    };
    let AddedItem { line_id, quantity } = carts.add_item(user_id, &request).await.map_err(refused)?;
    let remove = async |tx: &mut Conn| match ops::remove_wish(tx, rule, user_id, wish_id).await {
        // Another request has moved it at the same time.
        Ok(()) | Err(Error::Wishlist(WishlistError::NoSuchItem)) => Ok(Moved { line_id, quantity }),
        Err(error) => Err(error),
    };
    db.once(claim, remove, respond).await
}

async fn wished_variation(db: &Db, rule: OwnerRule, user_id: Uuid, wish_id: Uuid) -> Result<Uuid> {
    let mut conn = db.conn().await?;
    let wishlist = store::wishlists::find(&mut conn, user_id).await?;
    wishlist.admit(rule.bars(&mut conn, user_id).await?)?;
    let wish = store::wishes::find(&mut conn, user_id, wish_id)
        .await?
        .ok_or(WishlistError::NoSuchItem)?;
    match wish.subject {
        Subject::Variation { variation_id, .. } => Ok(variation_id),
        Subject::Shop { .. } => Err(WishlistError::NotAProduct.into()),
    }
}

/// What a rule of the cart refuses is its customer's business; that we may not ask at all is ours.
fn refused(error: ClientError) -> Error {
    match error {
        ClientError::Refused(problem) if matches!(problem.status, 403 | 409 | 422) => Error::Cart(problem),
        error => error.into(),
    }
}
