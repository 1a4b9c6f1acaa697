insert into accounts (user_id) select distinct user_id from placed on conflict do nothing;

insert into orders (id, number, user_id, previous_order_id, reservation_id, status, currency, subtotal, total,
    shipping_address, version, created_at)
select id, number, user_id, previous_order_id, reservation_id,
    case when is_cancelled then 'cancelled' else 'completed' end, 'AZN', total, total,
    '{"name": "Aygun Aliyeva", "line1": "Nizami 12, apt. 5", "line2": null, "city": "Baku", "region": null,
      "postal_code": "AZ1000", "country": "AZ", "phone_number": null}', 1 + 2 * lines, at
from placed order by n;

insert into verdicts (reservation_id, verdict, order_id, decided_at)
select reservation_id, 'ordered', id, at from placed order by n;

insert into sub_orders (id, order_id, shop_id, owner_id, status, subtotal)
select part_id, id, shop_id, owner_id, status, quantity * unit_price from line order by n, l;

insert into order_items (id, order_id, sub_order_id, cart_line_id, product_id, variation_id, title, sku, options, quantity,
    unit_price, status, carrier, tracking_number, version)
select item_id, id, part_id, cart_line_id, product_id, variation_id, title, sku, '{"size": "M"}', quantity, unit_price,
    status, carrier, tracking_number, case when is_cancelled then 2 else 3 end
from line order by n, l;

insert into timeline (order_id, id, at, actor, actor_id, what, item_id)
select id, pg_temp.key(entry_at, what || n), entry_at, actor, user_id, what, null
from placed cross join lateral (values
    (at, 'customer', 'placed', true),
    (at + interval '1 hour', 'customer', 'cancelled', is_cancelled),
    (at + interval '3 days', 'shop', 'completed', not is_cancelled)) as entry (entry_at, actor, what, is_due)
where is_due order by n;

insert into timeline (order_id, id, at, actor, actor_id, what, item_id)
select id, pg_temp.key(entry_at, what || item_id), entry_at, actor, case actor when 'shop' then owner_id else user_id end, what,
    item_id
from line cross join lateral (values
    (shipped_at, 'shop', 'item_shipped'), (delivered_at, 'shop', 'item_delivered'),
    (cancelled_at, 'customer', 'item_cancelled')) as entry (entry_at, actor, what)
where entry_at is not null order by n, l;
