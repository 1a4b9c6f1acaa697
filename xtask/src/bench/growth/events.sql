-- What services told of these orders.
create function pg_temp.said(line line) returns jsonb stable
    return jsonb_build_object(
        'order_item_id', line.item_id, 'sub_order_id', line.part_id, 'cart_line_id', line.cart_line_id,
        'shop_id', line.shop_id, 'product_id', line.product_id, 'variation_id', line.variation_id,
        'title', line.title, 'sku', line.sku, 'options', '{"size": "M"}'::jsonb, 'quantity', line.quantity,
        'unit_price', pg_temp.money(line.unit_price));

create function pg_temp.totals(total bigint) returns jsonb stable
    return jsonb_build_object('subtotal', pg_temp.money(total), 'shipping', pg_temp.money(0),
        'tax', pg_temp.money(0), 'discount', pg_temp.money(0), 'total', pg_temp.money(total));

create temp view event as
select pg_temp.key(at, 'order.created ' || n) as id, 'order.created' as kind, 'order' as writer, id as subject, at,
    1::bigint as version, user_id, null::uuid as shop_id,
    jsonb_build_object('order_id', id, 'number', number, 'user_id', user_id, 'cart_version', 8, 'currency', 'AZN',
        'totals', pg_temp.totals(total), 'reservation_id', reservation_id,
        'items', (jsonb_agg(pg_temp.said(line)))) as data
from line group by n, id, at, user_id, number, total, reservation_id
union all
select pg_temp.key(at, 'order.item.created ' || n || ' ' || l), 'order.item.created', 'order', item_id, at, 1, user_id, shop_id,
    jsonb_build_object('order_id', id, 'number', number, 'user_id', user_id) || pg_temp.said(line)
from line
union all
select pg_temp.key(moved_at, 'order.item.status.updated ' || n || ' ' || l || ' ' || move.to), 'order.item.status.updated', 'order',
    item_id, moved_at, move.version, user_id, shop_id,
    jsonb_build_object('order_item_id', item_id, 'order_id', id, 'user_id', user_id, 'shop_id', shop_id,
        'product_id', product_id, 'variation_id', variation_id, 'quantity', quantity,
        'unit_price', pg_temp.money(unit_price), 'from', move.from, 'to', move.to,
        'carrier', carrier, 'tracking_number', tracking_number)
from line cross join lateral (values
    (shipped_at, 'processing', 'shipped', 2), (delivered_at, 'shipped', 'delivered', 3),
    (cancelled_at, 'processing', 'cancelled', 2)) as move (moved_at, "from", "to", version)
where moved_at is not null
union all
select pg_temp.key(ended_at, ended || n), ended, 'order', id, ended_at, 1 + 2 * lines, user_id, null,
    jsonb_build_object('order_id', id, 'user_id', user_id, 'totals', pg_temp.totals(total))
from placed cross join lateral (select
    case when is_cancelled then at + interval '1 hour' else at + interval '3 days' end as ended_at,
    case when is_cancelled then 'order.cancelled' else 'order.completed' end as ended) as ending
union all
select pg_temp.key(at, 'stock.changed ' || n || ' ' || l), 'stock.changed', 'product', variation_id, at, n, null, shop_id,
    jsonb_build_object('variation_id', variation_id, 'product_id', product_id, 'shop_id', shop_id,
        'available', 900000, 'stock_version', n)
from line;

-- Kept for two weeks, and then removed.
create temp view kept as select * from event where at > timestamptz :'since';
