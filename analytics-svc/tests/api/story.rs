//! Events as other services tell them.

use chrono::{DateTime, Utc};
use serde_json::Value;
use souk_contracts::events::{
    OrderCreated, OrderItem, OrderItemStatus, OrderItemStatusUpdated, OrderTotals, ProductViewed,
    ShopApproved, ShopDeleted, ShopSnapshot, ShopStatus, ShopUpdated, ShopViewed, UserDeleted,
};
use souk_contracts::{Currency, Envelope, Event, Money};
use uuid::Uuid;

/// A shop and its owner.
pub const SHOP: Uuid = Uuid::from_u128(1);
pub const OWNER: Uuid = Uuid::from_u128(2);
/// Another shop.
pub const OTHER: Uuid = Uuid::from_u128(3);
/// Somebody who buys.
pub const BUYER: Uuid = Uuid::from_u128(4);

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn event<E: Event>(data: E, version: Option<i64>, time: &str) -> Envelope<Value> {
    let mut event = Envelope::new(data, version);
    event.time = at(time);
    event.correlationid = Some("request-1".into());
    serde_json::from_value(serde_json::to_value(event).unwrap()).unwrap()
}

pub fn azn(amount: i64) -> Money {
    Money::new(amount, Currency::AZN)
}

/// `quantity` of a product at 5.00.
pub fn item(shop_id: Uuid, product: u128, quantity: i32) -> OrderItem {
    OrderItem {
        order_item_id: Uuid::now_v7(),
        sub_order_id: Uuid::now_v7(),
        cart_line_id: Uuid::now_v7(),
        shop_id,
        product_id: Uuid::from_u128(product),
        variation_id: Uuid::from_u128(product + 1000),
        title: format!("Product {product}"),
        sku: "SKU".into(),
        options: [].into(),
        quantity,
        unit_price: azn(500),
        cost_price: None,
    }
}

/// An order to tell events of.
pub struct Story {
    pub order: OrderCreated,
    pub time: String,
}

pub fn order(items: Vec<OrderItem>, time: &str) -> Story {
    let currency = items[0].unit_price.currency;
    let total: i64 = items
        .iter()
        .map(|item| item.unit_price.amount * i64::from(item.quantity))
        .sum();
    let (total, zero) = (Money::new(total, currency), Money::zero(currency));
    let order = OrderCreated {
        order_id: Uuid::now_v7(),
        number: "SK-7F3K-9Q2M".into(),
        user_id: BUYER,
        cart_version: 1,
        currency,
        totals: OrderTotals {
            subtotal: total,
            shipping: zero,
            tax: zero,
            discount: zero,
            total,
        },
        reservation_id: Uuid::now_v7(),
        items,
    };
    Story {
        order,
        time: time.to_owned(),
    }
}

impl Story {
    pub fn created(&self) -> Envelope<Value> {
        event(self.order.clone(), Some(1), &self.time)
    }

    pub fn moved(&self, item: usize, to: OrderItemStatus, time: &str) -> Envelope<Value> {
        let item = &self.order.items[item];
        let moved = OrderItemStatusUpdated {
            order_item_id: item.order_item_id,
            order_id: self.order.order_id,
            user_id: self.order.user_id,
            shop_id: item.shop_id,
            product_id: item.product_id,
            variation_id: item.variation_id,
            quantity: item.quantity,
            unit_price: item.unit_price,
            from: OrderItemStatus::Processing,
            to,
            reason: None,
            carrier: None,
            tracking_number: None,
        };
        event(moved, Some(2), time)
    }
}

fn snapshot(name: &str) -> ShopSnapshot {
    ShopSnapshot {
        shop_id: SHOP,
        owner_id: OWNER,
        name: name.into(),
        slug: "tea".into(),
        about: None,
        logo_url: None,
        is_verified: false,
        status: ShopStatus::Approved,
        reason: None,
    }
}

pub fn approved() -> Envelope<Value> {
    event(
        ShopApproved(snapshot("Tea House")),
        Some(2),
        "2026-03-01T00:00:00Z",
    )
}

pub fn renamed(name: &str, version: i64) -> Envelope<Value> {
    event(ShopUpdated(snapshot(name)), Some(version), "2026-03-01T00:00:00Z")
}

pub fn closed() -> Envelope<Value> {
    event(
        ShopDeleted {
            shop_id: SHOP,
            owner_id: OWNER,
        },
        Some(9),
        "2026-03-09T00:00:00Z",
    )
}

pub fn seen(visitor: &str, time: &str) -> Envelope<Value> {
    event(
        ShopViewed {
            shop_id: SHOP,
            visitor: visitor.into(),
            user_id: None,
        },
        None,
        time,
    )
}

pub fn seen_product(visitor: &str, user_id: Option<Uuid>, time: &str) -> Envelope<Value> {
    let product_id = Uuid::from_u128(11);
    event(
        ProductViewed {
            product_id,
            shop_id: SHOP,
            visitor: visitor.into(),
            user_id,
        },
        None,
        time,
    )
}

pub fn erased(user_id: Uuid) -> Envelope<Value> {
    event(UserDeleted { user_id }, Some(5), "2026-03-20T00:00:00Z")
}

/// Every order in which `events` can come.
pub fn permutations(events: &[Envelope<Value>]) -> Vec<Vec<Envelope<Value>>> {
    if events.is_empty() {
        return vec![vec![]];
    }
    let mut all = Vec::new();
    for first in 0..events.len() {
        let mut rest = events.to_vec();
        let event = rest.remove(first);
        all.extend(
            permutations(&rest)
                .into_iter()
                .map(|tail| [vec![event.clone()], tail].concat()),
        );
    }
    all
}
