//! Place an order.

use chrono::{DateTime, Utc};
use souk_db::{Claim, Conn, DbError};
use uuid::Uuid;

use crate::domain::{AccountError, Actor, Entry, Order, Placement, What};
use crate::store::placements::Inserted;
use crate::{Error, Result, events, store};

/// What a checkout came to.
#[derive(Debug)]
pub enum Placed {
    /// A new order, and how its story begins.
    Now(Box<Order>, Entry),
    /// The order that the same request placed before.
    Before(Uuid),
}

/// Turns what is held into an order and tells it, once per claim.
///
/// # Errors
/// [`Error::Placement`]; [`Error::CartAlreadyOrdered`] when another order follows the same one;
/// [`AccountError::Closed`] when the account is being erased;
/// [`Error::ReservationLapsed`] when the reservation has a verdict; [`Error::NumberTaken`], which another try mends.
pub async fn place_order(
    tx: &mut Conn,
    claim: &Claim,
    placement: Placement,
    at: DateTime<Utc>,
) -> Result<Placed> {
    let cart_version = placement.cart_version;
    let order = placement.into_order(at)?;
    // The claim comes first: a parallel request with the same key waits here and finds this order, instead of
    // failing on one of the indexes below.
    if let Some(before) = souk_db::claim(tx, claim, &order.id).await? {
        return Ok(Placed::Before(before));
    }
    let entry = Entry::new(Actor::Customer(order.user_id), What::Placed, at);
    match store::placements::insert(tx, &order, &entry)
        .await
        .map_err(refusal)?
    {
        Inserted::Written => {}
        Inserted::AccountClosed => return Err(AccountError::Closed.into()),
        Inserted::Decided => return Err(Error::ReservationLapsed),
    }
    souk_outbox::enqueue_all(tx, events::placed(&order, cart_version)).await?;
    Ok(Placed::Now(Box::new(order), entry))
}

fn refusal(error: DbError) -> Error {
    match error.violated_unique() {
        Some("orders_previous") => Error::CartAlreadyOrdered,
        Some("orders_number") => Error::NumberTaken,
        _ => Error::Db(error),
    }
}
