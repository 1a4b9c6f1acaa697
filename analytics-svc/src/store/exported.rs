//! What of an event its person may see: what the API shows of the things that it is about.
//!
//! Each type of event has a struct of its own, so that a member that is added to an event is in no export until somebody
//! adds it here; of a type that is not known here, only that it happened is exported.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use souk_contracts::events::{
    OrderCancelled, OrderCompleted, OrderCreated, OrderItemCreated, OrderItemStatusUpdated, ProductCreated,
    ProductUpdated, ProductViewed, ShopApproved, ShopCreated, ShopDeleted, ShopReinstated, ShopRejected,
    ShopSuspended, ShopUpdated, ShopViewed, UserCreated, UserUpdated, WishlistCreated, WishlistDeleted,
};
use souk_contracts::{Currency, Event, Money};
use uuid::Uuid;

/// An event of the log, as the account that it is about may see it.
#[derive(Serialize, Deserialize)]
#[serde(from = "LogRow")]
pub struct ExportedEvent {
    id: Uuid,
    #[serde(rename = "type")]
    kind: String,
    time: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
}

#[derive(Deserialize)]
struct LogRow {
    id: Uuid,
    #[serde(rename = "type")]
    kind: String,
    time: DateTime<Utc>,
    data: Value,
}

impl From<LogRow> for ExportedEvent {
    fn from(row: LogRow) -> Self {
        Self {
            id: row.id,
            data: visible(&row.kind, row.data),
            kind: row.kind,
            time: row.time,
        }
    }
}

fn visible(kind: &str, data: Value) -> Option<Value> {
    match kind {
        UserCreated::TYPE => members_of::<Account>(data),
        UserUpdated::TYPE => members_of::<AccountChange>(data),
        OrderCreated::TYPE => members_of::<Order>(data),
        OrderItemCreated::TYPE => members_of::<OrderedItem>(data),
        OrderItemStatusUpdated::TYPE => members_of::<ItemChange>(data),
        OrderCompleted::TYPE | OrderCancelled::TYPE => members_of::<OrderEnd>(data),
        ShopCreated::TYPE
        | ShopApproved::TYPE
        | ShopRejected::TYPE
        | ShopSuspended::TYPE
        | ShopReinstated::TYPE
        | ShopUpdated::TYPE => members_of::<Shop>(data),
        ShopDeleted::TYPE => members_of::<ShopEnd>(data),
        ProductCreated::TYPE | ProductUpdated::TYPE => members_of::<Product>(data),
        ShopViewed::TYPE | ProductViewed::TYPE => members_of::<View>(data),
        WishlistCreated::TYPE | WishlistDeleted::TYPE => members_of::<Wish>(data),
        _ => None,
    }
}

fn members_of<T: Serialize + DeserializeOwned>(data: Value) -> Option<Value> {
    serde_json::to_value(T::deserialize(data).ok()?).ok()
}

#[derive(Serialize, Deserialize)]
struct Account {
    user_id: Uuid,
    is_active: bool,
}

#[derive(Serialize, Deserialize)]
struct AccountChange {
    user_id: Uuid,
    is_active: bool,
    is_verified: bool,
    role: String,
    changed: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Order {
    order_id: Uuid,
    number: String,
    user_id: Uuid,
    currency: Currency,
    totals: Totals,
    items: Vec<Item>,
}

#[derive(Serialize, Deserialize)]
struct Totals {
    subtotal: Money,
    shipping: Money,
    tax: Money,
    discount: Money,
    total: Money,
}

/// Without what the shop paid for it.
#[derive(Serialize, Deserialize)]
struct Item {
    order_item_id: Uuid,
    sub_order_id: Uuid,
    shop_id: Uuid,
    product_id: Uuid,
    variation_id: Uuid,
    title: String,
    sku: String,
    options: BTreeMap<String, String>,
    quantity: i32,
    unit_price: Money,
}

#[derive(Serialize, Deserialize)]
struct OrderedItem {
    order_id: Uuid,
    number: String,
    user_id: Uuid,
    #[serde(flatten)]
    item: Item,
}

#[derive(Serialize, Deserialize)]
struct ItemChange {
    order_item_id: Uuid,
    order_id: Uuid,
    user_id: Uuid,
    shop_id: Uuid,
    product_id: Uuid,
    variation_id: Uuid,
    quantity: i32,
    unit_price: Money,
    from: String,
    to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking_number: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct OrderEnd {
    order_id: Uuid,
    user_id: Uuid,
    totals: Totals,
}

#[derive(Serialize, Deserialize)]
struct Shop {
    shop_id: Uuid,
    owner_id: Uuid,
    name: String,
    slug: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_url: Option<String>,
    is_verified: bool,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct ShopEnd {
    shop_id: Uuid,
    owner_id: Uuid,
}

/// Without the name that the visitor is counted under.
#[derive(Serialize, Deserialize)]
struct View {
    shop_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_id: Option<Uuid>,
    user_id: Uuid,
}

#[derive(Serialize, Deserialize)]
struct Product {
    product_id: Uuid,
    shop_id: Uuid,
    owner_id: Uuid,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    sku: String,
    category_ids: Vec<Uuid>,
    categories: Vec<Category>,
    attributes: BTreeMap<String, String>,
    is_active: bool,
    on_sale: bool,
    top_sale: bool,
    top_popular: bool,
    rating: Rating,
    images: Vec<String>,
    created_at: DateTime<Utc>,
    variations: Vec<Variation>,
}

#[derive(Serialize, Deserialize)]
struct Category {
    id: Uuid,
    name: String,
    slug: String,
}

#[derive(Serialize, Deserialize)]
struct Rating {
    average_x100: i32,
    count: i64,
}

#[derive(Serialize, Deserialize)]
struct Variation {
    variation_id: Uuid,
    options: BTreeMap<String, String>,
    price: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_price: Option<Money>,
    available: i32,
    stock_version: i64,
    images: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Wish {
    wishlist_item_id: Uuid,
    user_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    variation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shop_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_id: Option<Uuid>,
}
