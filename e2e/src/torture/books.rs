//! What must hold after a run, by what customers and shops were told.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::market::{Ask, Client, Item, Market, Outcome, Person, Told, Ware, id};

/// How many messages may wait for an operator at once; far more than any run plans.
const PARKED: usize = 100;

/// A run that is over.
pub struct Books<'a> {
    /// Everybody.
    pub market: &'a Market,
    /// What was sold.
    pub wares: &'a [Ware],
    /// What all were told.
    pub told: &'a Told,
}

impl Books<'_> {
    /// Everything that is not as it was told.
    ///
    /// # Errors
    /// When the mesh cannot be asked.
    pub async fn violations(&self, outcomes: &[Outcome], poisoned: &BTreeSet<String>) -> Result<Vec<String>> {
        let mut wrong = self.told.all_wrong();
        let mut sold = BTreeMap::<Uuid, i64>::new();
        for (person, outcome) in self.market.buyers.iter().zip(outcomes) {
            self.check_customer(person, outcome, &mut sold, &mut wrong)
                .await
                .with_context(|| format!("customer {}", person.id))?;
        }
        for ware in self.wares {
            wrong.extend(self.stock(ware, &sold).await?);
        }
        wrong.extend(self.parked(poisoned).await?);
        let broken = self.market.client.take_broken();
        wrong.extend(
            broken
                .into_iter()
                .map(|answer| format!("no fault explains {answer}")),
        );
        Ok(wrong)
    }

    /// Orders = orders accepted, items stand as was told, the cart lost what was ordered and nothing else.
    async fn check_customer(
        &self,
        person: &Person,
        outcome: &Outcome,
        sold: &mut BTreeMap<Uuid, i64>,
        wrong: &mut Vec<String>,
    ) -> Result<()> {
        let accepted: BTreeSet<Uuid> = self
            .told
            .orders()
            .into_iter()
            .filter(|(_, customer)| *customer == person.id)
            .map(|(order, _)| order)
            .collect();
        let listed = self.orders_of(person).await?;
        let mut taken_unheard = BTreeMap::<Uuid, i64>::new();
        let mut unheard = 0;
        for (order, items) in &listed {
            if !accepted.contains(order) {
                unheard += 1;
            }
            for item in items {
                if item.status != "cancelled" {
                    *sold.entry(item.variation_id).or_default() += item.quantity;
                }
                if !accepted.contains(order) {
                    *taken_unheard.entry(item.variation_id).or_default() += item.quantity;
                }
                let told = self.told.steps(item.id);
                if !may_stand(&item.status, &told) {
                    wrong.push(format!("item {} is {} after {told:?}", item.id, item.status));
                }
            }
        }
        for order in &accepted {
            if !listed.contains_key(order) {
                wrong.push(format!("order {order} was accepted and is lost"));
            }
        }
        if unheard > outcome.doubts {
            wrong.push(format!(
                "{} has {unheard} orders that were not told, after {} doubts: {taken_unheard:?}",
                person.id, outcome.doubts
            ));
        }
        if unheard == 0 {
            wrong.extend(outcome.found_empty.iter().cloned());
        }
        wrong.extend(self.cart(person, outcome, &taken_unheard).await?);
        Ok(())
    }

    /// The orders of a customer for wares of this run, with their items.
    async fn orders_of(&self, person: &Person) -> Result<BTreeMap<Uuid, Vec<Item>>> {
        let mut found = BTreeMap::new();
        let mut cursor = String::new();
        loop {
            let ask = Ask::get(format!("/orders?limit=100{cursor}"));
            let page = self.market.client.done(Some(person), &ask).await?;
            let orders = page.get("items").and_then(Value::as_array);
            let before = found.len();
            for order in orders.into_iter().flatten() {
                let items = Item::all(order)?;
                let is_ours = |item: &Item| {
                    self.wares
                        .iter()
                        .any(|ware| ware.variation_id == item.variation_id)
                };
                if items.iter().any(is_ours) {
                    let id = order
                        .get("id")
                        .and_then(Value::as_str)
                        .context("An order without an id")?;
                    found.insert(id.parse()?, items);
                }
            }
            // Newest first by a clock that was perhaps put back: a page more than needed is read.
            match page.get("next_cursor").and_then(Value::as_str) {
                Some(next) if found.len() > before => cursor = format!("&cursor={next}"),
                _ => return Ok(found),
            }
        }
    }

    /// What is in a cart, against what was taken and not ordered.
    async fn cart(
        &self,
        person: &Person,
        outcome: &Outcome,
        unheard: &BTreeMap<Uuid, i64>,
    ) -> Result<Option<String>> {
        let lines = empty_cart(&self.market.client, person).await?;
        let Some(mut expected) = outcome.cart.clone() else {
            return Ok(None);
        };
        for (variation, quantity) in unheard {
            *expected.entry(*variation).or_default() -= quantity;
        }
        expected.retain(|_, quantity| *quantity > 0);
        Ok((expected != lines).then(|| {
            format!(
                "the cart of {} holds {lines:?} instead of {expected:?}",
                person.id
            )
        }))
    }

    /// What is left = what there was + what came - what was sold.
    async fn stock(&self, ware: &Ware, sold: &BTreeMap<Uuid, i64>) -> Result<Option<String>> {
        let id = ware.variation_id;
        let owner = self.market.owners.get(ware.shop).map(|(owner, _)| owner);
        let seen = self
            .market
            .client
            .done(owner, &Ask::get(format!("/variations/{id}")))
            .await?;
        let available = seen.get("available").and_then(Value::as_i64);
        let sold = sold.get(&id).copied().unwrap_or_default();
        let restocked = self.told.restock_of(id);
        let expected = ware.stock + restocked - sold;
        Ok((available != Some(expected) || expected < 0).then(|| {
            format!(
                "{available:?} pieces of {id} are left instead of {} + {restocked} - {sold}",
                ware.stock
            )
        }))
    }

    /// Exactly what was planned is parked; it is dropped then.
    async fn parked(&self, poisoned: &BTreeSet<String>) -> Result<Vec<String>> {
        let mut missing = poisoned.clone();
        let dropped = drop_parked(self.market).await?;
        let unplanned = dropped
            .into_iter()
            // Without a body all are one, each queue's own.
            .filter(|(payload, _)| {
                let is_empty = payload.is_empty() && poisoned.contains(payload);
                !(missing.remove(payload) || is_empty)
            });
        let mut wrong: Vec<String> = unplanned.map(|(_, what)| what).collect();
        wrong.extend(missing.into_iter().map(|lost| format!("not parked: {lost}")));
        Ok(wrong)
    }
}

/// Drops all that is parked: what each said, and where and why it was parked.
///
/// # Errors
/// When the mesh cannot be asked.
pub async fn drop_parked(market: &Market) -> Result<Vec<(String, String)>> {
    let (admin, client) = (Some(&market.admin), &market.client);
    let ask = Ask::get(format!("/ops/parked?state=parked&limit={PARKED}"));
    let list = client.done(admin, &ask).await?;
    let mut dropped = Vec::new();
    for message in list.get("items").and_then(Value::as_array).into_iter().flatten() {
        let path = format!("/ops/parked/{}", id(message.get("id"))?);
        let shown = client.done(admin, &Ask::get(&path)).await?;
        let payload = shown.get("payload").and_then(Value::as_str).unwrap_or_default();
        let text = |name: &str| message.get(name).cloned().unwrap_or_default();
        let what = format!(
            "{} was parked from {}: {}",
            text("type"),
            text("queue"),
            text("reason")
        );
        dropped.push((payload.to_owned(), what));
        let drop = Ask::new(Method::DELETE, path, json!(null));
        client.done(admin, &drop).await?;
    }
    Ok(dropped)
}

/// What lay in a cart before somebody looked. To look lowers what is scarce, and says so in a notice.
///
/// # Errors
/// When the cart cannot be had.
pub async fn empty_cart(client: &Client, person: &Person) -> Result<BTreeMap<Uuid, i64>> {
    let cart = client.done(Some(person), &Ask::get("/cart")).await?;
    let all = |name: &str| {
        cart.get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let notices = all("notices");
    let mut lines = BTreeMap::new();
    for line in all("lines") {
        let line_id = id(line.get("id"))?;
        let lowered = notices.iter().find(|notice| {
            notice.get("line_id") == line.get("id")
                && notice.get("kind").and_then(Value::as_str) == Some("quantity_lowered")
        });
        let quantity = match lowered {
            Some(notice) => notice.pointer("/old/quantity"),
            None => line.get("quantity"),
        };
        lines.insert(
            id(line.get("variation_id"))?,
            quantity.and_then(Value::as_i64).unwrap_or_default(),
        );
        let remove = Ask::new(Method::DELETE, format!("/cart/items/{line_id}"), Value::Null);
        client.ask(Some(person), &remove).await?;
    }
    Ok(lines)
}

/// Whether an item may stand so after all that was told of it.
fn may_stand(status: &str, told: &BTreeSet<String>) -> bool {
    match status {
        "processing" => told.iter().all(|step| step == "processing"),
        "shipped" => !told.contains("delivered") && !told.contains("cancelled"),
        "delivered" => !told.contains("cancelled"),
        "cancelled" => !told.contains("delivered") && !told.contains("shipped"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(status: &str, told: &[&str]) -> bool {
        may_stand(status, &told.iter().map(|step| (*step).to_owned()).collect())
    }

    #[test]
    fn an_item_does_not_go_back_on_what_was_told() {
        assert!(may("processing", &[]) && may("shipped", &["shipped"]));
        assert!(may("delivered", &["shipped"]) && may("cancelled", &["cancelled"]));
        assert!(!may("processing", &["shipped"]) && !may("shipped", &["delivered"]));
        assert!(!may("cancelled", &["shipped"]) && !may("delivered", &["cancelled"]));
    }
}
