//! What is kept of a user, for the user's own export: what the API shows to the owner of a shop.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_contracts::Currency;
use souk_db::Section;
use uuid::Uuid;

/// The user's shops with their history, and what was ordered from them.
pub const SECTIONS: &[Section] = &[
    Section::by_id::<ExportedShop>(
        "shops",
        50,
        "select s.id::text as key, to_jsonb(s) || jsonb_build_object('history', coalesce((
             select jsonb_agg(to_jsonb(h) || jsonb_build_object('from', h.from_status, 'to', h.to_status,
                 'actor', case when h.actor_id is null then 'service' when h.actor_id = s.owner_id then 'owner'
                     else 'admin' end) order by h.id)
             from shop_history h where h.shop_id = s.id), '[]')) as data
         from shops s where s.owner_id = $1 and s.id > $2::uuid order by s.id limit $3",
    ),
    Section::by_key::<ExportedSale>(
        "sales",
        500,
        "00000000-0000-0000-0000-000000000000/-infinity/00000000-0000-0000-0000-000000000000",
        "select i.shop_id::text || '/' || i.ordered_at::text || '/' || i.id::text as key,
             coalesce(i.line, '{}') || to_jsonb(i) as data
         from shops s
         cross join lateral (
             select * from order_items i
             where i.shop_id = s.id
               and (i.shop_id, i.ordered_at, i.id) > (split_part($2, '/', 1)::uuid,
                   split_part($2, '/', 2)::timestamptz, split_part($2, '/', 3)::uuid)
             order by i.ordered_at, i.id limit $3) i
         where s.owner_id = $1 and s.id >= split_part($2, '/', 1)::uuid
         order by i.shop_id, i.ordered_at, i.id limit $3",
    ),
];

#[derive(Serialize, Deserialize)]
struct ExportedShop {
    id: Uuid,
    owner_id: Uuid,
    name: String,
    slug: String,
    about: Option<String>,
    logo_url: Option<String>,
    status: String,
    status_reason: Option<String>,
    is_verified: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    history: Vec<ExportedStep>,
}

/// Without the account of the operator who acted.
#[derive(Serialize, Deserialize)]
struct ExportedStep {
    id: Uuid,
    action: String,
    from: Option<String>,
    to: String,
    actor: String,
    reason: Option<String>,
    at: DateTime<Utc>,
}

/// Without the customer. An item of which only a change of status is known has no name yet.
#[derive(Serialize, Deserialize)]
struct ExportedSale {
    id: Uuid,
    order_id: Uuid,
    order_number: Option<String>,
    sub_order_id: Option<Uuid>,
    shop_id: Uuid,
    product_id: Uuid,
    variation_id: Uuid,
    title: Option<String>,
    sku: Option<String>,
    options: Option<BTreeMap<String, String>>,
    quantity: i32,
    unit_price: i64,
    currency: Currency,
    status: String,
    reason: Option<String>,
    carrier: Option<String>,
    tracking_number: Option<String>,
    ordered_at: DateTime<Utc>,
}
