//! What left together under one tracking number.

use chrono::{DateTime, Utc};
use souk_contracts::OpenEnum;

use super::{Entry, Item, ItemStatus, Order, SubOrder, What};

/// The items of one shop's part of an order that share a tracking number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The order's number for people.
    pub order_number: String,
    /// Who carries it.
    pub carrier: Option<String>,
    /// Derived from its items.
    pub status: OpenEnum<ItemStatus>,
    /// What is in it.
    pub items: Vec<Item>,
    /// When something in it moved, oldest first.
    pub steps: Vec<(DateTime<Utc>, OpenEnum<What>)>,
}

impl Parcel {
    /// The parcels of an order under a tracking number; `story` is the order's.
    pub fn of(order: &Order, tracking_number: &str, story: &[Entry]) -> Vec<Self> {
        let parcel = |part: &SubOrder| {
            let items: Vec<Item> = part
                .items
                .iter()
                .filter(|item| item.tracking_number.as_deref() == Some(tracking_number))
                .cloned()
                .collect();
            let first = items.first()?;
            let about = |entry: &&Entry| items.iter().any(|item| Some(item.id) == entry.item_id);
            Some(Self {
                order_number: order.number.clone(),
                carrier: first.carrier.clone(),
                status: together(&items),
                steps: story
                    .iter()
                    .filter(about)
                    .map(|entry| (entry.at, entry.what))
                    .collect(),
                items,
            })
        };
        order.sub_orders.iter().filter_map(parcel).collect()
    }
}

/// Where items stand together. Of a status that this build does not know, nothing can be derived: it is shown.
fn together(items: &[Item]) -> OpenEnum<ItemStatus> {
    let unknown = items.iter().find(|item| item.status.known().is_none());
    let derived = || ItemStatus::of_all(items.iter().filter_map(|item| item.status.known())).into();
    unknown.map_or_else(derived, |item| item.status)
}
