//! What is kept of a user, for the user's own export.

use souk_db::Section;

/// The account, its addresses and sessions; no secrets.
pub const SECTIONS: &[Section] = &[
    Section::by_id(
        "account",
        1,
        "select id::text as key,
             jsonb_build_object('id', id, 'email', email, 'first_name', first_name, 'last_name', last_name,
                 'phone_number', phone_number, 'is_admin', is_admin, 'is_active', is_active,
                 'is_verified', is_verified, 'created_at', created_at, 'updated_at', updated_at) as data
         from users where id = $1 and id > $2::uuid and erased_at is null limit $3",
    ),
    Section::by_id(
        "addresses",
        100,
        "select id::text as key, to_jsonb(addresses) - 'user_id' as data
         from addresses where user_id = $1 and id > $2::uuid order by id limit $3",
    ),
    Section::by_id(
        "sessions",
        500,
        "select id::text as key,
             jsonb_build_object('id', id, 'user_agent', user_agent, 'address', address, 'created_at', created_at,
                 'last_used_at', last_used_at, 'expires_at', expires_at, 'ended_at', ended_at) as data
         from sessions where user_id = $1 and id > $2::uuid order by id limit $3",
    ),
];
