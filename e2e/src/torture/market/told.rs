//! What customers and shops of one run were told, and what of it cannot be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use serde_json::Value;
use uuid::Uuid;

use super::people::id;

/// An item of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Which one.
    pub id: Uuid,
    /// What was ordered.
    pub variation_id: Uuid,
    /// How many.
    pub quantity: i64,
    /// Where it stands.
    pub status: String,
}

impl Item {
    /// All items of an order, as it is told.
    ///
    /// # Errors
    /// When the order is not told as it should be.
    pub fn all(order: &Value) -> Result<Vec<Self>> {
        let parts = order.get("sub_orders").and_then(Value::as_array);
        let items = parts
            .into_iter()
            .flatten()
            .filter_map(|part| part.get("items")?.as_array())
            .flatten();
        items.map(Self::read).collect()
    }

    fn read(item: &Value) -> Result<Self> {
        Ok(Self {
            id: id(item.get("id"))?,
            variation_id: id(item.get("variation_id"))?,
            quantity: item.get("quantity").and_then(Value::as_i64).unwrap_or_default(),
            status: status(item),
        })
    }
}

/// Where an item stands.
pub fn status(item: &Value) -> String {
    let status = item.get("status").and_then(Value::as_str);
    status.unwrap_or_default().to_owned()
}

/// Shared by all who take part in a run.
#[derive(Debug, Default)]
pub struct Told(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    accepted: BTreeMap<Uuid, Uuid>,
    items: Vec<(usize, Uuid)>,
    steps: BTreeMap<Uuid, BTreeSet<String>>,
    restocked: BTreeMap<Uuid, i64>,
    wrong: Vec<String>,
}

impl Told {
    /// A customer was told that an order was accepted; `false` if that was told before.
    pub fn accepted(&self, customer: Uuid, order: Uuid) -> bool {
        self.inner().accepted.insert(order, customer).is_none()
    }

    /// The orders that were accepted, with their customers.
    pub fn orders(&self) -> BTreeMap<Uuid, Uuid> {
        self.inner().accepted.clone()
    }

    /// A shop has something to ship.
    pub fn to_ship(&self, shop: usize, item: Uuid) {
        self.inner().items.push((shop, item));
    }

    /// An item of this shop, counted round and round.
    pub fn item_of(&self, shop: usize, pick: u32) -> Option<Uuid> {
        let inner = self.inner();
        let own: Vec<Uuid> = inner
            .items
            .iter()
            .filter(|(owner, _)| *owner == shop)
            .map(|(_, item)| *item)
            .collect();
        let number = usize::try_from(pick).ok()?.checked_rem(own.len())?;
        own.get(number).copied()
    }

    /// Somebody was told that an item stands so.
    pub fn step(&self, item: Uuid, status: String) {
        self.inner().steps.entry(item).or_default().insert(status);
    }

    /// Everything that was ever told of an item.
    pub fn steps(&self, item: Uuid) -> BTreeSet<String> {
        self.inner().steps.get(&item).cloned().unwrap_or_default()
    }

    /// A shop was told that it has more of something.
    pub fn restocked(&self, variation: Uuid, quantity: i64) {
        *self.inner().restocked.entry(variation).or_default() += quantity;
    }

    /// How many more a shop was told it has.
    pub fn restock_of(&self, variation: Uuid) -> i64 {
        self.inner()
            .restocked
            .get(&variation)
            .copied()
            .unwrap_or_default()
    }

    /// Something that cannot be.
    pub fn wrong(&self, what: String) {
        self.inner().wrong.push(what);
    }

    /// All that cannot be.
    pub fn all_wrong(&self) -> Vec<String> {
        self.inner().wrong.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
