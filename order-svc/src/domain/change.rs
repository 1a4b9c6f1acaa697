//! How an order changes, and who may change it.

use chrono::{DateTime, Utc};
use souk_contracts::UnknownWord;
use uuid::Uuid;

use super::{Actor, Entry, Item, ItemStatus, Order, OrderStatus, SubOrder, What};

/// Who asks for a change.
#[derive(Debug, Clone, Copy)]
pub struct By {
    /// The user.
    pub user_id: Uuid,
    /// Whether the user operates the marketplace.
    pub is_admin: bool,
}

/// A step that a shop wants an item to take.
#[derive(Debug, Clone)]
pub struct Step {
    /// Where it should stand.
    pub to: ItemStatus,
    /// Who carries it.
    pub carrier: Option<String>,
    /// The carrier's number for it.
    pub tracking_number: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// What changed in an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The items that moved.
    pub moved: Vec<Moved>,
    /// Where all of them stand now.
    pub to: ItemStatus,
    /// Why, when somebody said so.
    pub reason: Option<String>,
    /// The status that ended the order, if this change did.
    pub ended: Option<OrderStatus>,
    /// The story of it.
    pub entries: Vec<Entry>,
}

/// An item that moved, and where it stood before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// The item.
    pub item_id: Uuid,
    /// Where it stood.
    pub from: ItemStatus,
}

/// Why an order does not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// It is none of the caller's.
    #[error("There is no such order.")]
    NotFound,
    /// Only the shop's owner moves its items.
    #[error("Only the owner of the shop may do this.")]
    NotTheShop,
    /// A shop cancels its items by their status, not on the customer's behalf.
    #[error("Only the customer may do this.")]
    NotTheCustomer,
    /// The item cannot go that way.
    #[error("An item that is {} cannot become {}.", .from.as_str(), .to.as_str())]
    IllegalTransition {
        /// Where it stands.
        from: ItemStatus,
        /// Where it should go.
        to: ItemStatus,
    },
    /// The step was taken before, with another carrier or tracking number.
    #[error("The item was shipped before, with another carrier or tracking number.")]
    ShippedOtherwise,
    /// Something has left already.
    #[error("The order is {} and can no longer be cancelled as a whole.", .0.as_str())]
    TooLateToCancel(OrderStatus),
    /// A later build has written a status that this one does not know, so nothing can be decided here.
    #[error("\"{0}\" was written by a newer version, so this one cannot decide here. Try again later.")]
    UnknownStatus(UnknownWord),
}

impl From<UnknownWord> for OrderError {
    fn from(word: UnknownWord) -> Self {
        Self::UnknownStatus(word)
    }
}

impl Order {
    /// Cancels all items; `None` when that was done before.
    ///
    /// # Errors
    /// When it is not the caller's to cancel, or something has left.
    pub fn cancel(
        &mut self,
        by: By,
        reason: Option<String>,
        at: DateTime<Utc>,
    ) -> Result<Option<Change>, OrderError> {
        let actor = self.customer(by, |_| true)?;
        self.check_statuses()?;
        match self.status.decide()? {
            OrderStatus::Cancelled => return Ok(None),
            status @ (OrderStatus::Shipped | OrderStatus::Completed) => {
                return Err(OrderError::TooLateToCancel(status));
            }
            OrderStatus::Processing => {}
        }
        let mut moved = Vec::new();
        for item in self
            .items_mut()
            .filter(|item| item.status == ItemStatus::Processing)
        {
            moved.push(item.go(ItemStatus::Processing, ItemStatus::Cancelled));
        }
        Ok(Some(self.changed(
            actor,
            moved,
            ItemStatus::Cancelled,
            reason,
            at,
        )))
    }

    /// Cancels one item for its customer; `None` when that was done before.
    ///
    /// # Errors
    /// When it is not the caller's to cancel, or the item has left.
    pub fn cancel_item(
        &mut self,
        by: By,
        item_id: Uuid,
        reason: Option<String>,
        at: DateTime<Utc>,
    ) -> Result<Option<Change>, OrderError> {
        let shop = self.item(item_id)?.0.shop_id;
        let actor = self.customer(by, |part| part.shop_id == shop)?;
        self.step(
            actor,
            item_id,
            Step {
                to: ItemStatus::Cancelled,
                carrier: None,
                tracking_number: None,
                reason,
            },
            ItemStatus::may_become,
            at,
        )
    }

    /// Moves one item for its shop; `None` when that was done before. Where the owner is gone, an operator ends it.
    ///
    /// # Errors
    /// When the caller does not own the shop, or the item cannot go that way.
    pub fn move_item(
        &mut self,
        by: By,
        item_id: Uuid,
        step: Step,
        owner_is_gone: bool,
        at: DateTime<Utc>,
    ) -> Result<Option<Change>, OrderError> {
        let owner_id = self.item(item_id)?.0.owner_id;
        if by.user_id != owner_id && by.is_admin && owner_is_gone {
            let operator = Actor::Admin(by.user_id);
            return self.step(operator, item_id, step, ItemStatus::may_be_ended_as, at);
        }
        if by.user_id != owner_id {
            let knows = by.is_admin || by.user_id == self.user_id;
            return Err(if knows {
                OrderError::NotTheShop
            } else {
                OrderError::NotFound
            });
        }
        self.step(Actor::Shop(owner_id), item_id, step, ItemStatus::may_become, at)
    }

    /// Who the caller is to this order; the owners of `shops` know that it exists, all others do not.
    fn customer(&self, by: By, shops: impl Fn(&SubOrder) -> bool) -> Result<Actor, OrderError> {
        if by.user_id == self.user_id {
            Ok(Actor::Customer(by.user_id))
        } else if by.is_admin {
            Ok(Actor::Admin(by.user_id))
        } else if self
            .sub_orders
            .iter()
            .any(|part| part.owner_id == by.user_id && shops(part))
        {
            Err(OrderError::NotTheCustomer)
        } else {
            Err(OrderError::NotFound)
        }
    }

    fn step(
        &mut self,
        actor: Actor,
        item_id: Uuid,
        step: Step,
        may_go: fn(ItemStatus, ItemStatus) -> bool,
        at: DateTime<Utc>,
    ) -> Result<Option<Change>, OrderError> {
        self.check_statuses()?;
        let item = self
            .items_mut()
            .find(|item| item.id == item_id)
            .ok_or(OrderError::NotFound)?;
        let from = item.status.decide()?;
        if from == step.to {
            return if item.stands_as(&step) {
                Ok(None)
            } else {
                Err(OrderError::ShippedOtherwise)
            };
        }
        if !may_go(from, step.to) {
            return Err(OrderError::IllegalTransition { from, to: step.to });
        }
        let moved = item.go(from, step.to);
        if step.to == ItemStatus::Shipped {
            item.carrier = step.carrier;
            item.tracking_number = step.tracking_number;
        }
        Ok(Some(self.changed(actor, vec![moved], step.to, step.reason, at)))
    }

    /// Statuses are derived from those of all items, so one unknown among them leaves nothing to be derived.
    fn check_statuses(&self) -> Result<(), OrderError> {
        self.status.decide()?;
        for part in &self.sub_orders {
            part.status.decide()?;
        }
        for item in self.items() {
            item.status.decide()?;
        }
        Ok(())
    }

    /// Derives the statuses anew and writes down what happened.
    fn changed(
        &mut self,
        actor: Actor,
        moved: Vec<Moved>,
        to: ItemStatus,
        reason: Option<String>,
        at: DateTime<Utc>,
    ) -> Change {
        for part in &mut self.sub_orders {
            part.status = ItemStatus::of_all(part.items.iter().filter_map(|item| item.status.known())).into();
        }
        let together = ItemStatus::of_all(self.items().filter_map(|item| item.status.known()));
        let status = OrderStatus::from(together);
        let ended = (self.status != status && status.is_final()).then_some(status);
        self.status = status.into();
        self.version += 1;

        let mut entries: Vec<Entry> = Vec::with_capacity(moved.len() + 1);
        for item in &moved {
            let entry = Entry::new(actor, What::from(to), at);
            entries.push(Entry {
                item_id: Some(item.item_id),
                reason: reason.clone(),
                ..entry
            });
        }
        if let Some(status) = ended {
            let what = if status == OrderStatus::Cancelled {
                What::Cancelled
            } else {
                What::Completed
            };
            entries.push(Entry::new(actor, what, at));
        }
        Change {
            moved,
            to,
            reason,
            ended,
            entries,
        }
    }

    fn items_mut(&mut self) -> impl Iterator<Item = &mut Item> {
        self.sub_orders.iter_mut().flat_map(|part| &mut part.items)
    }
}

impl Item {
    fn go(&mut self, from: ItemStatus, to: ItemStatus) -> Moved {
        let moved = Moved {
            item_id: self.id,
            from,
        };
        self.status = to.into();
        self.version += 1;
        moved
    }

    /// Whether a step that was taken before said the same; what it leaves out is not a contradiction.
    fn stands_as(&self, step: &Step) -> bool {
        let agrees = |said: &Option<String>, known: &Option<String>| said.is_none() || said == known;
        agrees(&step.carrier, &self.carrier) && agrees(&step.tracking_number, &self.tracking_number)
    }
}

#[cfg(test)]
mod tests;
