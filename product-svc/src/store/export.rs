//! What is kept of a user, for the user's own export: what the API shows to owners of shops, and what was held for a
//! customer's orders.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_contracts::{Currency, Money};
use souk_db::Section;
use uuid::Uuid;

/// What the user sells or sold, with every change of its stock, and the user's own reservations.
pub const SECTIONS: &[Section] = &[
    Section::by_id::<ExportedProduct>(
        "products",
        50,
        "select p.id::text as key, to_jsonb(p) || jsonb_build_object(
             'deleted_at', p.archived_at,
             'category_ids', (select coalesce(jsonb_agg(c.category_id order by c.category_id), '[]')
                              from product_categories c where c.product_id = p.id),
             'variations', (select coalesce(jsonb_agg(coalesce(to_jsonb(k), '{}') || to_jsonb(v)
                                || jsonb_build_object('deleted_at', v.archived_at) order by v.id), '[]')
                            from variations v left join stock k on k.variation_id = v.id
                            where v.product_id = p.id)) as data
         from products p
         where p.shop_id in (select id from shops where owner_id = $1) and p.id > $2::uuid
         order by p.id limit $3",
    ),
    Section::by_key::<ExportedEntry>(
        "stock_ledger",
        1000,
        "00000000-0000-0000-0000-000000000000/0",
        "select l.variation_id::text || '/' || l.id::text as key, to_jsonb(l) as data
         from (select v.id from variations v join products p on p.id = v.product_id
               where p.shop_id in (select id from shops where owner_id = $1)
                 and v.id >= split_part($2, '/', 1)::uuid) v
         cross join lateral (
             select * from stock_ledger l
             where l.variation_id = v.id
               and (l.variation_id, l.id) > (split_part($2, '/', 1)::uuid, split_part($2, '/', 2)::bigint)
             order by l.id limit $3) l
         order by l.variation_id, l.id limit $3",
    ),
    Section::by_id::<ExportedReservation>(
        "reservations",
        200,
        "select id::text as key, to_jsonb(reservations) as data
         from reservations where user_id = $1 and id > $2::uuid order by id limit $3",
    ),
];

#[derive(Serialize, Deserialize)]
struct ExportedProduct {
    id: Uuid,
    shop_id: Uuid,
    title: String,
    about: Option<String>,
    sku: String,
    category_ids: Vec<Uuid>,
    attributes: BTreeMap<String, String>,
    is_active: bool,
    deleted_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    variations: Vec<ExportedVariation>,
}

/// With what it costs the shop: the export is the owner's.
#[derive(Serialize, Deserialize)]
struct ExportedVariation {
    id: Uuid,
    options: BTreeMap<String, String>,
    currency: Currency,
    price: i64,
    original_price: Option<i64>,
    cost_price: Option<i64>,
    deleted_at: Option<DateTime<Utc>>,
    available: Option<i32>,
    low_stock_threshold: Option<i32>,
}

#[derive(Serialize, Deserialize)]
struct ExportedEntry {
    id: i64,
    variation_id: Uuid,
    delta: i32,
    reason: String,
    actor_id: Option<Uuid>,
    note: Option<String>,
    created_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
struct ExportedReservation {
    id: Uuid,
    status: String,
    order_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    lines: Vec<ExportedLine>,
}

/// Without what the shop paid for it, and who owns the shop.
#[derive(Serialize, Deserialize)]
struct ExportedLine {
    variation_id: Uuid,
    product_id: Uuid,
    shop_id: Uuid,
    title: String,
    sku: String,
    options: BTreeMap<String, String>,
    quantity: i32,
    price: Money,
}
