//! What is kept of a user, for the user's own export.

use souk_db::Section;

/// The cart as it is now: a hundred lines at most.
pub const SECTIONS: &[Section] = &[Section::by_id(
    "carts",
    1,
    "select c.user_id::text as key, to_jsonb(c) - 'is_erased' || jsonb_build_object(
         'lines', (select jsonb_agg(to_jsonb(l) order by l.id) from cart_lines l where l.user_id = c.user_id)) as data
     from carts c where c.user_id = $1 and c.user_id > $2::uuid and not c.is_erased limit $3",
)];
