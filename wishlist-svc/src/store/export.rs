//! What is kept of a user, for the user's own export: what `GET /wishlist` shows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_db::Section;
use uuid::Uuid;

/// What the user wishes for.
pub const SECTIONS: &[Section] = &[Section::by_id::<ExportedWish>(
    "wishes",
    500,
    "select id::text as key, to_jsonb(wishes) as data
     from wishes where user_id = $1 and id > $2::uuid order by id limit $3",
)];

#[derive(Serialize, Deserialize)]
struct ExportedWish {
    id: Uuid,
    variation_id: Option<Uuid>,
    product_id: Option<Uuid>,
    shop_id: Uuid,
    created_at: DateTime<Utc>,
}
