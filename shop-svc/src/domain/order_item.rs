//! What was ordered from a shop, as the shop sees it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_contracts::{OpenEnum, StoredWord};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// The shop prepares it.
    Processing,
    /// On its way.
    Shipped,
    /// Arrived.
    Delivered,
    /// Will not come.
    Cancelled,
}

impl ItemStatus {
    /// Those with which no customer waits any more, by name; with any other one does, also with one that a later build adds.
    pub const FINISHED: [Self; 2] = [Self::Cancelled, Self::Delivered];

    const ALL: [(Self, &'static str); 4] = [
        (Self::Processing, "processing"),
        (Self::Shipped, "shipped"),
        (Self::Delivered, "delivered"),
        (Self::Cancelled, "cancelled"),
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(status, _)| *status == self)
            .map_or("", |(_, name)| name)
    }
}

impl StoredWord for ItemStatus {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, other)| *other == word)
            .map(|(status, _)| *status)
    }
}

/// What an item is called, as it was when ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemLine {
    /// The order's number for people.
    pub order_number: String,
    /// The shop's part of the order.
    pub sub_order_id: Uuid,
    /// The product's title.
    pub title: String,
    /// The product's SKU.
    pub sku: String,
    /// The variation's options by name.
    pub options: BTreeMap<String, String>,
}

/// What every event of an item tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrderItem {
    /// The item.
    pub id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The shop.
    pub shop_id: Uuid,
    /// Who ordered.
    pub customer_id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// The variation.
    pub variation_id: Uuid,
    /// How many.
    pub quantity: i32,
    /// The price of one, in minor units.
    pub unit_price: i64,
    /// The currency of the price.
    pub currency: String,
    /// The version of the item that the event tells of.
    pub version: i64,
    /// When it was ordered, or the earliest known time of it.
    pub at: DateTime<Utc>,
}

/// Where an item went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderItemChange {
    /// Where it stands now.
    pub status: OpenEnum<ItemStatus>,
    /// Why, for a cancellation.
    pub reason: Option<String>,
    /// Who carries it.
    pub carrier: Option<String>,
    /// The carrier's number.
    pub tracking_number: Option<String>,
}

/// An item of the shop's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderItem {
    /// The item.
    pub id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The shop.
    pub shop_id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// The variation.
    pub variation_id: Uuid,
    /// How many.
    pub quantity: i32,
    /// The price of one, in minor units.
    pub unit_price: i64,
    /// The currency of the price.
    pub currency: String,
    /// What it is called.
    pub line: ItemLine,
    /// Where it stands, and how it got there.
    pub state: OrderItemChange,
    /// When it was ordered.
    pub ordered_at: DateTime<Utc>,
}
