//! What is kept of a user, for the user's own export.

use souk_db::Section;

/// What the user wishes for.
pub const SECTIONS: &[Section] = &[Section::by_id(
    "wishes",
    500,
    "select id::text as key, to_jsonb(wishes) as data
     from wishes where user_id = $1 and id > $2::uuid order by id limit $3",
)];
