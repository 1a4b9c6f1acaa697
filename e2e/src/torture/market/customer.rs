//! A customer: takes, orders, orders again, cancels.

use std::time::Duration;

use anyhow::Result;
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::cart::{Cart, changed};
use super::client::{Answer, Ask, Client, Person};
use super::people::{Ware, id};
use super::told::{Item, Told, status};
use crate::torture::schedule::{At, Errand};

/// How often a changed cart is accepted before the customer gives up.
const PROPOSALS: usize = 4;

/// A customer in one run.
pub struct Customer<'a> {
    person: &'a Person,
    client: &'a Client,
    wares: &'a [Ware],
    told: &'a Told,
    outcome: Outcome,
    last: Option<Last>,
}

/// The last order that was accepted.
struct Last {
    ask: Ask,
    order: Value,
}

/// What a customer knows in the end.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What must be in the cart; nothing is known after a change was accepted and then refused.
    pub cart: Option<Cart>,
    /// The orders that were accepted.
    pub orders: usize,
    /// Checkouts that were refused after a try that nobody answered: that try may have been accepted all the same.
    pub doubts: usize,
    /// Told that the cart is empty though it should not have been.
    pub found_empty: Vec<String>,
}

impl<'a> Customer<'a> {
    /// With an empty cart.
    pub fn new(person: &'a Person, client: &'a Client, wares: &'a [Ware], told: &'a Told) -> Self {
        Self {
            person,
            client,
            wares,
            told,
            outcome: Outcome {
                cart: Some(Cart::new()),
                ..Outcome::default()
            },
            last: None,
        }
    }

    /// Does all that is planned, each thing until it is answered.
    ///
    /// # Errors
    /// When something is not answered in time.
    pub async fn goes(mut self, begun: Instant, errands: &[At<Errand>]) -> Result<Outcome> {
        for errand in errands {
            until(begun, errand.ms).await;
            match errand.what {
                Errand::Take { offer, quantity } => self.takes(offer, quantity).await?,
                Errand::Order { accepts } => self.orders(accepts).await?,
                Errand::OrderByTwoKeys => self.orders_at_once(&[key(), key()]).await?,
                Errand::OrderThrice => {
                    let key = key();
                    self.orders_at_once(&[key.clone(), key.clone(), key]).await?;
                }
                Errand::OrderAgain => self.orders_again().await?,
                Errand::CancelOrder => self.cancels().await?,
                Errand::CancelItem { pick } => self.cancels_item(pick).await?,
            }
        }
        Ok(self.outcome)
    }

    async fn ask(&self, ask: &Ask) -> Result<Answer> {
        self.client.ask(Some(self.person), ask).await
    }

    fn wrong(&self, what: String) {
        self.told.wrong(format!("customer {}: {what}", self.person.id));
    }

    /// Puts something into the cart, once.
    async fn takes(&mut self, offer: usize, quantity: i64) -> Result<()> {
        let Some(ware) = self.wares.get(offer) else {
            return Ok(());
        };
        let body = json!({"variation_id": ware.variation_id, "quantity": quantity});
        let answer = self.ask(&Ask::post("/cart/items", body).under(&key())).await?;
        match (answer.status, answer.slug()) {
            (200 | 201, _) => {
                if let Some(cart) = &mut self.outcome.cart {
                    *cart.entry(ware.variation_id).or_default() += quantity;
                }
            }
            (409, "out-of-stock") => {}
            _ => self.wrong(format!(
                "cannot take {quantity} of {}: {answer}",
                ware.variation_id
            )),
        }
        Ok(())
    }

    /// Orders, and if the cart has changed, perhaps accepts that.
    async fn orders(&mut self, accepts: bool) -> Result<()> {
        let mut expected = self.outcome.cart.clone();
        for round in 0..PROPOSALS {
            let ask = checkout(round > 0, &key());
            let answer = self.ask(&ask).await?;
            match (answer.status, answer.slug()) {
                (409, "cart-changed") if accepts => {
                    self.refused(&answer);
                    // What is accepted and then refused may have changed the cart already.
                    if round > 0 {
                        self.outcome.cart = None;
                    }
                    expected = expected.map(|cart| changed(cart, &answer.body));
                }
                (201, _) => return self.answered(ask, &answer, expected.as_ref()),
                _ if round == 0 => return self.answered(ask, &answer, expected.as_ref()),
                // All of it was gone, and that was accepted.
                (409, "cart-empty") if expected.as_ref().is_some_and(Cart::is_empty) => {
                    self.outcome.cart = expected;
                    self.refused(&answer);
                    return Ok(());
                }
                _ => {
                    self.outcome.cart = None;
                    return self.answered(ask, &answer, expected.as_ref());
                }
            }
        }
        self.outcome.cart = None;
        Ok(())
    }

    /// Orders the same cart several times at the same moment: there is one order at most.
    async fn orders_at_once(&mut self, keys: &[String]) -> Result<()> {
        let asks: Vec<Ask> = keys.iter().map(|key| checkout(false, key)).collect();
        let answers = try_join_all(asks.iter().map(|ask| self.ask(ask))).await?;
        let expected = self.outcome.cart.clone();
        let mut won = None;
        for (ask, answer) in asks.into_iter().zip(answers) {
            match (answer.status, answer.slug()) {
                (201, _) => {
                    let order = id(answer.body.get("id"))?;
                    if won.is_some_and(|won| won != order) {
                        self.wrong(format!("one cart became two orders, {won:?} and {order}"));
                    }
                    won = Some(order);
                    self.answered(ask, &answer, expected.as_ref())?;
                }
                (409, "cart-changed" | "cart-empty" | "cart-already-ordered") => self.refused(&answer),
                _ => self.answered(ask, &answer, expected.as_ref())?,
            }
        }
        Ok(())
    }

    /// The same request has the same answer.
    async fn orders_again(&mut self) -> Result<()> {
        let Some(last) = &self.last else {
            return Ok(());
        };
        let answer = self.ask(&last.ask).await?;
        if answer.status != 201 || answer.body != last.order {
            self.wrong(format!(
                "an order sent again was answered {answer} instead of {}",
                last.order
            ));
        }
        Ok(())
    }

    async fn cancels(&mut self) -> Result<()> {
        let Some(order) = self.last.as_ref().and_then(|last| id(last.order.get("id")).ok()) else {
            return Ok(());
        };
        let body = json!({"reason": "By mistake"});
        let answer = self
            .ask(&Ask::post(format!("/orders/{order}/cancel"), body))
            .await?;
        match answer.status {
            200 => Item::all(&answer.body)?
                .into_iter()
                .for_each(|item| self.told.step(item.id, item.status)),
            409 => {}
            _ => self.wrong(format!("order {order} cannot be cancelled: {answer}")),
        }
        Ok(())
    }

    async fn cancels_item(&mut self, pick: u32) -> Result<()> {
        let items = match &self.last {
            Some(last) => Item::all(&last.order)?,
            None => return Ok(()),
        };
        let number = usize::try_from(pick)?.checked_rem(items.len());
        let Some(item) = number.and_then(|number| items.get(number)) else {
            return Ok(());
        };
        let path = format!("/order-items/{}/cancel", item.id);
        let answer = self
            .ask(&Ask::post(path, json!({"reason": "By mistake"})))
            .await?;
        match answer.status {
            200 => self.told.step(item.id, status(&answer.body)),
            409 => {}
            _ => self.wrong(format!("item {} cannot be cancelled: {answer}", item.id)),
        }
        Ok(())
    }

    /// Takes note of how a checkout ended.
    fn answered(&mut self, ask: Ask, answer: &Answer, expected: Option<&Cart>) -> Result<()> {
        match (answer.status, answer.slug()) {
            (201, _) => return self.accepted(ask, &answer.body, expected),
            (409, "cart-empty") => {
                if self.outcome.cart.as_ref().is_some_and(|cart| !cart.is_empty()) {
                    let told = format!("cart-empty, with {:?} in it", self.outcome.cart);
                    self.outcome.found_empty.push(told);
                }
            }
            (409, "cart-changed" | "cart-already-ordered" | "reservation-lapsed") => {}
            _ => self.wrong(format!("cannot order: {answer}")),
        }
        self.refused(answer);
        Ok(())
    }

    fn refused(&mut self, answer: &Answer) {
        if answer.lost > 0 {
            self.outcome.doubts += 1;
        }
    }

    /// An order takes the whole cart and nothing else.
    fn accepted(&mut self, ask: Ask, order: &Value, expected: Option<&Cart>) -> Result<()> {
        let order_id = id(order.get("id"))?;
        if !self.told.accepted(self.person.id, order_id) {
            return Ok(());
        }
        let items = Item::all(order)?;
        let mut taken = Cart::new();
        for item in &items {
            *taken.entry(item.variation_id).or_default() += item.quantity;
            let ware = self
                .wares
                .iter()
                .find(|ware| ware.variation_id == item.variation_id);
            match ware {
                Some(ware) => self.told.to_ship(ware.shop, item.id),
                None => self.wrong(format!(
                    "order {order_id} holds {}, which nobody took",
                    item.variation_id
                )),
            }
        }
        if expected.is_some_and(|cart| *cart != taken) {
            self.wrong(format!(
                "order {order_id} took {taken:?} from a cart of {expected:?}"
            ));
        }
        self.outcome.orders += 1;
        self.outcome.cart = Some(Cart::new());
        self.last = Some(Last {
            ask,
            order: order.clone(),
        });
        Ok(())
    }
}

/// A checkout.
pub fn checkout(accept_changes: bool, key: &str) -> Ask {
    let body = json!({
        "shipping_address": {
            "name": "Aygun Aliyeva", "line1": "Nizami 12, apt. 5", "city": "Baku",
            "postal_code": "AZ1000", "country": "AZ",
        },
        "accept_changes": accept_changes,
    });
    Ask::post("/orders", body).under(key)
}

/// A new `Idempotency-Key`.
pub fn key() -> String {
    Uuid::new_v4().to_string()
}

/// Waits for a moment of the run.
pub async fn until(begun: Instant, ms: u32) {
    tokio::time::sleep_until(begun + Duration::from_millis(ms.into())).await;
}
