//! The shelf: locked stock, and what one transaction takes from it and puts back.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use souk_contracts::Money;
use uuid::Uuid;

use super::{
    Change, ChangeKind, Crossing, Entry, HeldLine, Line, OwnerChange, ProductId, Reason, Request,
    ReservationId, ShopId, Stock, StockError, UserId, VariationId,
};

/// A variation on the shelf: its stock, locked, and what an order copies of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelved {
    /// Its stock.
    pub stock: Stock,
    /// Whether it may be bought at all.
    pub sellable: bool,
    /// What an order copies.
    pub copy: Copied,
}

/// What an order copies of a variation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// Its product.
    pub product_id: ProductId,
    /// The shop that sells it.
    pub shop_id: ShopId,
    /// The user who owns that shop.
    pub owner_id: UserId,
    /// Title of the product.
    pub title: String,
    /// SKU of the product.
    pub sku: String,
    /// Name and value of each option.
    pub options: BTreeMap<String, String>,
    /// Price of one piece.
    pub price: Money,
    /// What one piece cost the shop.
    pub cost_price: Option<Money>,
}

/// The locked stock of everything that one transaction moves, and what it does to it.
#[derive(Debug, Default)]
pub struct Shelf {
    items: BTreeMap<VariationId, Shelved>,
    touched: BTreeSet<VariationId>,
    low: BTreeSet<VariationId>,
    entries: Vec<Entry>,
}

impl Shelf {
    /// A shelf of locked rows.
    pub fn new(items: impl IntoIterator<Item = Shelved>) -> Self {
        let items = items
            .into_iter()
            .map(|item| (item.stock.variation_id, item))
            .collect();
        Self {
            items,
            ..Self::default()
        }
    }

    /// Takes all lines of a request, or nothing.
    ///
    /// # Errors
    /// The lines that stand in the way.
    pub fn take(&mut self, request: &Request) -> Result<Vec<HeldLine>, Vec<Change>> {
        // Two lines may want the same variation: together they take no more than there is.
        let mut wanted: BTreeMap<VariationId, i32> = BTreeMap::new();
        let mut changes = Vec::new();
        for line in &request.lines {
            let earlier = wanted.entry(line.variation_id).or_default();
            changes.extend(self.obstacle(request.user_id, *line, *earlier));
            *earlier = earlier.saturating_add(line.quantity);
        }
        if !changes.is_empty() {
            return Err(changes);
        }
        let held: Vec<HeldLine> = request
            .lines
            .iter()
            .filter_map(|line| self.hold(request.id, *line))
            .collect();
        // A line that was dropped here would be ordered by nobody and paid by nobody.
        debug_assert_eq!(held.len(), request.lines.len());
        Ok(held)
    }

    /// What stands in the way of a line, when `earlier` lines of the same request want so many of the same.
    fn obstacle(&self, buyer: UserId, line: Line, earlier: i32) -> Option<Change> {
        let change = |kind, quantity, unit_price| {
            Some(Change {
                line,
                kind,
                quantity,
                unit_price,
            })
        };
        let gone = || change(ChangeKind::Gone, 0, line.unit_price);
        // Owners cannot buy their own products.
        let Some(item) = self
            .items
            .get(&line.variation_id)
            .filter(|item| item.copy.owner_id != buyer)
        else {
            return gone();
        };
        let available = item.stock.available.saturating_sub(earlier);
        if !item.sellable || available <= 0 {
            return gone();
        }
        if available < line.quantity {
            return change(ChangeKind::Short, available, item.copy.price);
        }
        if item.copy.price != line.unit_price {
            return change(ChangeKind::Repriced, line.quantity, item.copy.price);
        }
        None
    }

    fn hold(&mut self, id: ReservationId, line: Line) -> Option<HeldLine> {
        let item = self.items.get_mut(&line.variation_id)?;
        if item.stock.take(line.quantity).ok()? == Crossing::Downward {
            self.low.insert(line.variation_id);
        }
        let Line {
            line_id,
            variation_id,
            quantity,
            ..
        } = line;
        let held = HeldLine {
            line_id,
            variation_id,
            quantity,
            copy: item.copy.clone(),
        };
        self.note(
            variation_id,
            quantity.saturating_neg(),
            Reason::Reserve,
            Some(id.0),
        );
        Some(held)
    }

    /// Puts back pieces that an order does not need.
    ///
    /// # Errors
    /// The variation that is not on the shelf.
    pub fn put_back(
        &mut self,
        id: VariationId,
        quantity: i32,
        reason: Reason,
        reference: Uuid,
    ) -> Result<(), VariationId> {
        let item = self.items.get_mut(&id).ok_or(id)?;
        item.stock.put_back(quantity);
        self.note(id, quantity, reason, Some(reference));
        Ok(())
    }

    /// Applies what the owner does to the stock of one variation.
    ///
    /// # Errors
    /// [`StockError`] says why not.
    pub fn change(&mut self, id: VariationId, by: UserId, change: OwnerChange) -> Result<(), StockError> {
        let Some(item) = self.items.get_mut(&id) else {
            return Ok(());
        };
        let crossing = item.stock.change(&change)?;
        if crossing == Crossing::Downward {
            self.low.insert(id);
        }
        self.note(id, change.delta, change.reason, None);
        if let Some(entry) = self.entries.last_mut() {
            entry.actor_id = Some(by);
            entry.note = change.note;
        }
        Ok(())
    }

    fn note(&mut self, variation_id: VariationId, delta: i32, reason: Reason, reference_id: Option<Uuid>) {
        self.touched.insert(variation_id);
        self.entries.push(Entry {
            variation_id,
            delta,
            reason: reason.into(),
            actor_id: None,
            reference_id,
            note: None,
        });
    }

    /// A row, as it is now.
    pub fn get(&self, id: VariationId) -> Option<&Shelved> {
        self.items.get(&id)
    }

    /// The rows that differ now.
    pub fn touched(&self) -> impl Iterator<Item = &Shelved> {
        self.touched.iter().filter_map(|id| self.items.get(id))
    }

    /// The rows whose owners are to be told of low stock.
    pub fn low(&self) -> impl Iterator<Item = &Shelved> {
        self.low.iter().filter_map(|id| self.items.get(id))
    }

    /// The entries of the ledger.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}
