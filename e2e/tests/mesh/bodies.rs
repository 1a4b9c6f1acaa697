//! What clients may rely on in answers.
#![allow(
    dead_code,
    reason = "an answer without the field fails to be read, whether the field is used or not"
)]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    pub amount: i64,
    pub currency: String,
}

/// An amount in the currency of the mesh.
pub fn azn(amount: i64) -> Money {
    Money {
        amount,
        currency: "AZN".to_owned(),
    }
}

#[derive(Debug, Deserialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct User {
    pub id: Uuid,
    pub email: String,
    pub role: String,
    pub is_shop_owner: bool,
    pub is_active: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
    pub token_type: String,
    pub expires_in: i64,
}

#[derive(Debug, Deserialize)]
pub struct Shop {
    pub id: Uuid,
    pub owner_id: Uuid,
    pub name: String,
    pub slug: String,
    pub status: String,
    pub status_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Category {
    pub id: Uuid,
    pub name: String,
    pub slug: String,
    #[serde(default)]
    pub children: Vec<Category>,
}

#[derive(Debug, Deserialize)]
pub struct Product {
    pub id: Uuid,
    pub shop_id: Uuid,
    pub title: String,
    pub sku: String,
    pub category_ids: Vec<Uuid>,
    pub is_active: bool,
    pub on_sale: bool,
    pub variations: Vec<Variation>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Variation {
    pub id: Uuid,
    pub product_id: Uuid,
    pub options: BTreeMap<String, String>,
    pub price: Money,
    pub original_price: Option<Money>,
    pub discount_percent: Option<i64>,
    pub available: i64,
}

#[derive(Debug, Deserialize)]
pub struct LedgerEntry {
    pub delta: i64,
    pub reason: String,
}

#[derive(Debug, Deserialize)]
pub struct Cart {
    pub version: i64,
    pub lines: Vec<CartLine>,
    pub totals: CartTotals,
    pub stale: bool,
}

#[derive(Debug, Deserialize)]
pub struct CartLine {
    pub id: Uuid,
    pub variation_id: Uuid,
    pub product_id: Uuid,
    pub shop_id: Uuid,
    pub title: String,
    pub unit_price: Money,
    pub quantity: i64,
    pub line_total: Money,
    pub available: i64,
    pub notice: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct CartTotals {
    pub quantity: i64,
    pub total: Money,
    pub shops: Vec<ShopTotal>,
}

#[derive(Debug, Deserialize)]
pub struct ShopTotal {
    pub shop_id: Uuid,
    pub total: Money,
}

#[derive(Debug, Deserialize)]
pub struct Wishlist {
    pub items: Vec<Wish>,
}

#[derive(Debug, Deserialize)]
pub struct Wish {
    pub id: Uuid,
    pub variation_id: Option<Uuid>,
    pub shop_id: Option<Uuid>,
    pub title: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Order {
    pub id: Uuid,
    pub number: String,
    pub status: String,
    pub currency: String,
    pub totals: OrderTotals,
    pub sub_orders: Vec<SubOrder>,
    pub timeline: Vec<Step>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct OrderTotals {
    pub subtotal: Money,
    pub total: Money,
}

#[derive(Clone, Debug, Deserialize)]
pub struct SubOrder {
    pub id: Uuid,
    pub shop_id: Uuid,
    pub status: String,
    pub subtotal: Money,
    pub items: Vec<OrderItem>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct OrderItem {
    pub id: Uuid,
    pub order_id: Uuid,
    pub shop_id: Uuid,
    pub product_id: Uuid,
    pub variation_id: Uuid,
    pub title: String,
    pub unit_price: Money,
    pub quantity: i64,
    pub line_total: Money,
    pub status: String,
    pub carrier: Option<String>,
    pub tracking_number: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Step {
    pub actor: String,
    pub what: String,
}

#[derive(Debug, Deserialize)]
pub struct Change {
    pub variation_id: Uuid,
    pub kind: String,
    pub old: Terms,
    pub new: Terms,
}

#[derive(Debug, PartialEq, Deserialize)]
pub struct Terms {
    pub quantity: i64,
    pub unit_price: Money,
}

#[derive(Debug, Deserialize)]
pub struct SearchAnswer {
    pub shops: Vec<ShopHit>,
    pub products: Vec<ProductHit>,
    pub backend: String,
}

#[derive(Debug, Deserialize)]
pub struct ShopHit {
    pub kind: String,
    pub id: Uuid,
    pub name: String,
}

#[derive(Debug, Deserialize)]
pub struct ProductHit {
    pub kind: String,
    pub id: Uuid,
    pub title: String,
    pub shop_id: Uuid,
    pub price_from: Money,
    pub available: bool,
}

#[derive(Debug, Deserialize)]
pub struct Dashboard {
    pub currency: String,
    pub summary: Summary,
    pub top_products: Vec<TopProduct>,
    pub daily: Vec<Day>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Summary {
    pub revenue_booked: i64,
    pub revenue_settled: i64,
    pub orders: i64,
    pub units_sold: i64,
    pub average_order_value: i64,
    pub visitors: i64,
    pub conversion_rate: f64,
}

#[derive(Debug, PartialEq, Deserialize)]
pub struct TopProduct {
    pub product_id: Uuid,
    pub units_sold: i64,
    pub revenue: i64,
}

#[derive(Debug, Deserialize)]
pub struct Day {
    pub revenue: i64,
    pub orders: i64,
    pub units: i64,
}

#[derive(Debug, Deserialize)]
pub struct Overview {
    pub quantity_sold: i64,
    pub sales: i64,
    pub revenue: Vec<Money>,
}

#[derive(Debug, Deserialize)]
pub struct Event {
    pub id: Uuid,
    pub subject: String,
}

impl Order {
    /// All items, shop by shop.
    pub fn items(&self) -> impl Iterator<Item = &OrderItem> {
        self.sub_orders.iter().flat_map(|part| &part.items)
    }
}
