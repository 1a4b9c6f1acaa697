//! `order_events`: orders and what becomes of their items.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

use crate::{Currency, Money};

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderItemStatus {
    /// The shop prepares it.
    Processing,
    /// On its way.
    Shipped,
    /// Arrived.
    Delivered,
    /// Will not come.
    Cancelled,
}

/// What an order costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderTotals {
    /// The items.
    pub subtotal: Money,
    /// Shipping.
    pub shipping: Money,
    /// Tax.
    pub tax: Money,
    /// What is taken off.
    pub discount: Money,
    /// What the customer pays.
    pub total: Money,
}

/// One line of an order, with everything as it was when ordered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderItem {
    /// The item.
    pub order_item_id: Uuid,
    /// The shop's part of the order.
    pub sub_order_id: Uuid,
    /// The cart's line that it came from.
    pub cart_line_id: Uuid,
    /// The shop that sells it.
    pub shop_id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// The variation.
    pub variation_id: Uuid,
    /// The product's title.
    pub title: String,
    /// The product's SKU.
    pub sku: String,
    /// The variation's options by name.
    pub options: BTreeMap<String, String>,
    /// How many.
    pub quantity: i32,
    /// The price of one.
    pub unit_price: Money,
    /// What one costs the shop, where the owner said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_price: Option<Money>,
}

/// A cart became an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderCreated {
    /// The order.
    pub order_id: Uuid,
    /// Its number for people.
    pub number: String,
    /// The customer.
    pub user_id: Uuid,
    /// The version of the cart that was ordered.
    pub cart_version: i64,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// What it costs.
    pub totals: OrderTotals,
    /// The reservation that becomes a sale.
    pub reservation_id: Uuid,
    /// Its lines.
    pub items: Vec<OrderItem>,
}

/// A shop has something to send.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderItemCreated {
    /// The order.
    pub order_id: Uuid,
    /// Its number for people.
    pub number: String,
    /// The customer.
    pub user_id: Uuid,
    /// The line.
    #[serde(flatten)]
    pub item: OrderItem,
}

/// An item moved on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderItemStatusUpdated {
    /// The item.
    pub order_item_id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The customer.
    pub user_id: Uuid,
    /// The shop that sells it.
    pub shop_id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// The variation.
    pub variation_id: Uuid,
    /// How many.
    pub quantity: i32,
    /// The price of one.
    pub unit_price: Money,
    /// Where it stood.
    pub from: OrderItemStatus,
    /// Where it stands.
    pub to: OrderItemStatus,
    /// Why, for a cancellation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The carrier's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
}

/// Every item is final, and at least one arrived.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderCompleted {
    /// The order.
    pub order_id: Uuid,
    /// The customer.
    pub user_id: Uuid,
    /// What it costs.
    pub totals: OrderTotals,
}

/// Every item was cancelled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderCancelled {
    /// The order.
    pub order_id: Uuid,
    /// The customer.
    pub user_id: Uuid,
    /// What it would have cost.
    pub totals: OrderTotals,
}
