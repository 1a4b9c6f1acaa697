//! What is kept of a user, for the user's own export: what `GET /orders` shows.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_contracts::Currency;
use souk_db::Section;
use uuid::Uuid;

/// The user's orders with sub-orders, items and timeline.
pub const SECTIONS: &[Section] = &[Section::by_id::<ExportedOrder>(
    "orders",
    50,
    "select o.id::text as key, to_jsonb(o) || jsonb_build_object(
         'sub_orders', coalesce((select jsonb_agg(to_jsonb(s) order by s.id) from sub_orders s where s.order_id = o.id),
             '[]'),
         'items', coalesce((select jsonb_agg(to_jsonb(i) order by i.id) from order_items i where i.order_id = o.id), '[]'),
         'timeline', coalesce((select jsonb_agg(to_jsonb(t) order by t.id) from timeline t where t.order_id = o.id), '[]')
     ) as data
     from orders o where o.user_id = $1 and o.id > $2::uuid order by o.id limit $3",
)];

#[derive(Serialize, Deserialize)]
struct ExportedOrder {
    id: Uuid,
    number: String,
    user_id: Uuid,
    status: String,
    currency: Currency,
    subtotal: i64,
    shipping: i64,
    tax: i64,
    discount: i64,
    total: i64,
    shipping_address: ExportedAddress,
    note: Option<String>,
    created_at: DateTime<Utc>,
    sub_orders: Vec<ExportedSubOrder>,
    items: Vec<ExportedItem>,
    timeline: Vec<ExportedStep>,
}

#[derive(Serialize, Deserialize)]
struct ExportedAddress {
    name: String,
    line1: String,
    line2: Option<String>,
    city: String,
    region: Option<String>,
    postal_code: Option<String>,
    country: String,
    phone_number: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct ExportedSubOrder {
    id: Uuid,
    shop_id: Uuid,
    status: String,
    subtotal: i64,
}

/// Without what the shop paid for it.
#[derive(Serialize, Deserialize)]
struct ExportedItem {
    id: Uuid,
    sub_order_id: Uuid,
    product_id: Uuid,
    variation_id: Uuid,
    title: String,
    sku: String,
    options: BTreeMap<String, String>,
    quantity: i32,
    unit_price: i64,
    status: String,
    carrier: Option<String>,
    tracking_number: Option<String>,
}

/// Who acted is told by the part, as in the API: accounts of shops and operators are not the customer's to know.
#[derive(Serialize, Deserialize)]
struct ExportedStep {
    at: DateTime<Utc>,
    actor: String,
    what: String,
    item_id: Option<Uuid>,
    reason: Option<String>,
}
