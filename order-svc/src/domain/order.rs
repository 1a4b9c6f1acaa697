//! An order and its parts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use souk_contracts::{Currency, OpenEnum};
use uuid::Uuid;

use super::{Address, By, ItemStatus, OrderError, OrderStatus};

/// What a customer bought from one or more shops in one checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Id.
    pub id: Uuid,
    /// Its number for people.
    pub number: String,
    /// The customer.
    pub user_id: Uuid,
    /// The customer's order before this one.
    pub previous_order_id: Option<Uuid>,
    /// The reservation that it turned into a sale.
    pub reservation_id: Uuid,
    /// Derived from its items.
    pub status: OpenEnum<OrderStatus>,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// What it costs.
    pub totals: Totals,
    /// Where it goes.
    pub address: Address,
    /// What the customer wants to say.
    pub note: Option<String>,
    /// Counts up with each change.
    pub version: i64,
    /// When it was placed.
    pub created_at: DateTime<Utc>,
    /// One part for each shop.
    pub sub_orders: Vec<SubOrder>,
}

/// What an order costs, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// The items.
    pub subtotal: i64,
    /// Shipping.
    pub shipping: i64,
    /// Tax.
    pub tax: i64,
    /// What is taken off.
    pub discount: i64,
    /// What the customer pays.
    pub total: i64,
}

/// The part of an order that one shop sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubOrder {
    /// Id.
    pub id: Uuid,
    /// The shop.
    pub shop_id: Uuid,
    /// Who owned the shop when it was ordered, and so may finish it.
    pub owner_id: Uuid,
    /// Derived from its items.
    pub status: OpenEnum<ItemStatus>,
    /// What its items cost.
    pub subtotal: i64,
    /// Its items.
    pub items: Vec<Item>,
}

/// One line of an order, with everything as it was when ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Id.
    pub id: Uuid,
    /// The cart's line that it came from.
    pub cart_line_id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// The variation.
    pub variation_id: Uuid,
    /// The product's title.
    pub title: String,
    /// The product's SKU.
    pub sku: String,
    /// The variation's options.
    pub options: BTreeMap<String, String>,
    /// How many.
    pub quantity: i32,
    /// What one costs.
    pub unit_price: i64,
    /// What one costs the shop.
    pub cost_price: Option<i64>,
    /// Where it stands.
    pub status: OpenEnum<ItemStatus>,
    /// Who carries it.
    pub carrier: Option<String>,
    /// The carrier's number for it.
    pub tracking_number: Option<String>,
    /// Counts up with each change.
    pub version: i64,
}

impl Order {
    /// All items of all parts.
    pub fn items(&self) -> impl Iterator<Item = &Item> + Clone {
        self.sub_orders.iter().flat_map(|part| &part.items)
    }

    /// Whether somebody may read the whole of it.
    pub fn is_shown_to(&self, by: By) -> bool {
        by.is_admin || by.user_id == self.user_id
    }

    /// The part and the item of that id.
    ///
    /// # Errors
    /// [`OrderError::NotFound`] when it is not in this order.
    pub fn item(&self, id: Uuid) -> Result<(&SubOrder, &Item), OrderError> {
        self.sub_orders
            .iter()
            .find_map(|part| {
                part.items
                    .iter()
                    .find(|item| item.id == id)
                    .map(|item| (part, item))
            })
            .ok_or(OrderError::NotFound)
    }

    /// The order as it was when placed: what a repeated checkout is answered.
    pub fn as_placed(mut self) -> Self {
        self.status = OrderStatus::Processing.into();
        for part in &mut self.sub_orders {
            part.status = ItemStatus::Processing.into();
            for item in &mut part.items {
                item.status = ItemStatus::Processing.into();
                item.carrier = None;
                item.tracking_number = None;
            }
        }
        self
    }
}

impl Totals {
    /// The totals of items that cost `subtotal`; nothing else is charged yet.
    pub fn of_items(subtotal: i64) -> Self {
        Self {
            subtotal,
            shipping: 0,
            tax: 0,
            discount: 0,
            total: subtotal,
        }
    }
}

impl SubOrder {
    /// A part that begins with one item.
    pub fn new(shop_id: Uuid, owner_id: Uuid, item: Item) -> Self {
        let mut part = Self {
            id: Uuid::now_v7(),
            shop_id,
            owner_id,
            status: ItemStatus::Processing.into(),
            subtotal: 0,
            items: Vec::new(),
        };
        part.add(item);
        part
    }

    /// Adds an item of the same shop.
    pub fn add(&mut self, item: Item) {
        self.subtotal += item.line_total();
        self.items.push(item);
    }
}

impl Item {
    /// What the whole line costs. A placement has checked that it fits.
    pub fn line_total(&self) -> i64 {
        self.unit_price.saturating_mul(self.quantity.into())
    }
}
