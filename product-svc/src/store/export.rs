//! What is kept of a user, for the user's own export.

use souk_db::Section;

/// What the user sells or sold, with every change of its stock.
pub const SECTIONS: &[Section] = &[
    Section::by_id(
        "products",
        50,
        "select p.id::text as key, to_jsonb(p) || jsonb_build_object(
             'variations', (select jsonb_agg(to_jsonb(v) || jsonb_build_object('stock', to_jsonb(k)) order by v.id)
                            from variations v left join stock k on k.variation_id = v.id
                            where v.product_id = p.id)) as data
         from products p
         where p.shop_id in (select id from shops where owner_id = $1) and p.id > $2::uuid
         order by p.id limit $3",
    ),
    Section {
        kind: "stock_ledger",
        page: 1000,
        first: "00000000-0000-0000-0000-000000000000/0",
        query: "select l.variation_id::text || '/' || l.id::text as key, to_jsonb(l) - 'reference_id' as data
                from (select v.id from variations v join products p on p.id = v.product_id
                      where p.shop_id in (select id from shops where owner_id = $1)
                        and v.id >= split_part($2, '/', 1)::uuid) v
                cross join lateral (
                    select * from stock_ledger l
                    where l.variation_id = v.id
                      and (l.variation_id, l.id) > (split_part($2, '/', 1)::uuid, split_part($2, '/', 2)::bigint)
                    order by l.id limit $3) l
                order by l.variation_id, l.id limit $3",
    },
];
