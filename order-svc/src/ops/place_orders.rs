//! Place orders of customers.

use chrono::{DateTime, Utc};
use souk_db::{Claim, Conn, DbError};
use souk_telemetry::Flow;

use crate::domain::{AccountError, Actor, Entry, Order, Placement, What};
use crate::store::placements::Inserted;
use crate::{Error, Result, events, store};

/// An order that a customer asks for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The request, however often it comes.
    pub claim: Claim,
    /// What it is to be made of.
    pub placement: Placement,
    /// What it is part of.
    pub flow: Flow,
}

/// Turns what is held into orders and tells them, each once per claim: all of them, or none if one is refused.
///
/// Answers the orders, and how their stories begin.
///
/// # Errors
/// [`Error::Placement`]; [`Error::PlacedBefore`] when a claim took effect before;
/// [`Error::CartAlreadyOrdered`] when another order follows the same one; [`AccountError::Closed`] when the account is
/// being erased; [`Error::ReservationLapsed`] when the reservation has a verdict; [`Error::NumberTaken`], which another
/// try mends. Of more than one customer: also a failure of the database when one of them comes twice.
pub async fn place_orders(tx: &mut Conn, asked: &[Asked], at: DateTime<Utc>) -> Result<Vec<(Order, Entry)>> {
    let placed = asked
        .iter()
        .map(|one| {
            let order = one.placement.clone().into_order(at)?;
            let entry = Entry::new(Actor::Customer(order.user_id), What::Placed, at);
            Ok((order, entry))
        })
        .collect::<Result<Vec<_>>>()?;
    let claims: Vec<_> = asked
        .iter()
        .zip(&placed)
        .map(|(one, (order, _))| (&one.claim, order.id))
        .collect();
    // The claims come first: a parallel request with the same key waits here and finds its order, instead of failing on
    // one of the indexes below.
    if !souk_db::claim(tx, &claims).await? {
        return Err(Error::PlacedBefore);
    }
    match store::placements::insert(tx, &placed).await.map_err(refusal)? {
        Inserted::Written => {}
        Inserted::AccountClosed => return Err(AccountError::Closed.into()),
        Inserted::Decided => return Err(Error::ReservationLapsed),
    }
    let told = asked.iter().zip(&placed).flat_map(|(one, (order, _))| {
        let flow = one.flow.clone();
        flow.enter(|| events::placed(order, one.placement.cart_version))
    });
    souk_outbox::enqueue_all(tx, told.collect()).await?;
    Ok(placed)
}

fn refusal(error: DbError) -> Error {
    match error.violated_unique() {
        Some("orders_previous") => Error::CartAlreadyOrdered,
        Some("orders_number") => Error::NumberTaken,
        _ => Error::Db(error),
    }
}
