//! What is kept of a user, for the user's own export.

use souk_db::Section;

/// The user's orders with parts, items and story.
pub const SECTIONS: &[Section] = &[Section::by_id(
    "orders",
    50,
    "select o.id::text as key, to_jsonb(o) || jsonb_build_object(
         'sub_orders', (select jsonb_agg(to_jsonb(s) - 'owner_id' order by s.id) from sub_orders s where s.order_id = o.id),
         'items', (select jsonb_agg(to_jsonb(i) - 'cost_price' order by i.id) from order_items i where i.order_id = o.id),
         'timeline', (select jsonb_agg(to_jsonb(t) order by t.id) from timeline t where t.order_id = o.id)) as data
     from orders o where o.user_id = $1 and o.id > $2::uuid order by o.id limit $3",
)];
