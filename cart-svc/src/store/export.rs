//! What is kept of a user, for the user's own export: what `GET /cart` shows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_contracts::Currency;
use souk_db::Section;
use uuid::Uuid;

/// The cart as it is now: a hundred lines at most.
pub const SECTIONS: &[Section] = &[Section::by_id::<ExportedCart>(
    "carts",
    1,
    "select c.user_id::text as key, to_jsonb(c) || jsonb_build_object(
         'lines', coalesce((select jsonb_agg(to_jsonb(l) order by l.id) from cart_lines l where l.user_id = c.user_id),
             '[]')) as data
     from carts c where c.user_id = $1 and c.user_id > $2::uuid and not c.is_erased limit $3",
)];

#[derive(Serialize, Deserialize)]
struct ExportedCart {
    version: i64,
    created_at: DateTime<Utc>,
    lines: Vec<ExportedLine>,
}

#[derive(Serialize, Deserialize)]
struct ExportedLine {
    id: Uuid,
    variation_id: Uuid,
    quantity: i32,
    price_amount: i64,
    price_currency: Currency,
    added_at: DateTime<Utc>,
}
