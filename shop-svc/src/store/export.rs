//! What is kept of a user, for the user's own export.

use souk_db::Section;

/// The user's shops with their history, and what was ordered from them; who ordered it is somebody else's to know.
pub const SECTIONS: &[Section] = &[
    Section::by_id(
        "shops",
        50,
        "select s.id::text as key, to_jsonb(s) || jsonb_build_object(
             'history', (select jsonb_agg(to_jsonb(h) order by h.id) from shop_history h where h.shop_id = s.id)) as data
         from shops s where s.owner_id = $1 and s.id > $2::uuid order by s.id limit $3",
    ),
    Section {
        kind: "sales",
        page: 500,
        first: "00000000-0000-0000-0000-000000000000/-infinity/00000000-0000-0000-0000-000000000000",
        query: "select i.shop_id::text || '/' || i.ordered_at::text || '/' || i.id::text as key,
                    to_jsonb(i) - 'customer_id' as data
                from shops s
                cross join lateral (
                    select * from order_items i
                    where i.shop_id = s.id
                      and (i.shop_id, i.ordered_at, i.id) > (split_part($2, '/', 1)::uuid,
                          split_part($2, '/', 2)::timestamptz, split_part($2, '/', 3)::uuid)
                    order by i.ordered_at, i.id limit $3) i
                where s.owner_id = $1 and s.id >= split_part($2, '/', 1)::uuid
                order by i.shop_id, i.ordered_at, i.id limit $3",
    },
];
