//! What is kept of a user, for the user's own export: what `GET /users/me`, its addresses and its sessions show.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_db::Section;
use uuid::Uuid;

/// The account, its addresses and sessions; no secrets.
pub const SECTIONS: &[Section] = &[
    Section::by_id::<ExportedAccount>(
        "account",
        1,
        "select id::text as key,
             jsonb_build_object('id', id, 'email', email, 'first_name', first_name, 'last_name', last_name,
                 'phone_number', phone_number, 'is_admin', is_admin, 'is_active', is_active,
                 'is_verified', is_verified, 'created_at', created_at, 'updated_at', updated_at) as data
         from users where id = $1 and id > $2::uuid and erased_at is null limit $3",
    ),
    Section::by_id::<ExportedAddress>(
        "addresses",
        100,
        "select id::text as key, to_jsonb(addresses) as data
         from addresses where user_id = $1 and id > $2::uuid order by id limit $3",
    ),
    Section::by_id::<ExportedSession>(
        "sessions",
        500,
        "select id::text as key, to_jsonb(sessions) as data
         from sessions where user_id = $1 and id > $2::uuid order by id limit $3",
    ),
];

#[derive(Serialize, Deserialize)]
struct ExportedAccount {
    id: Uuid,
    email: String,
    first_name: String,
    last_name: String,
    phone_number: Option<String>,
    is_admin: bool,
    is_active: bool,
    is_verified: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
struct ExportedAddress {
    id: Uuid,
    name: String,
    line1: String,
    line2: Option<String>,
    city: String,
    region: Option<String>,
    postal_code: Option<String>,
    country: String,
    phone_number: Option<String>,
    is_default: bool,
    created_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
struct ExportedSession {
    id: Uuid,
    user_agent: Option<String>,
    address: Option<String>,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}
