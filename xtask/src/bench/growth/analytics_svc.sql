-- Of old orders the log tells only what figures are made of: all of it would take most of the time of the filling.
insert into event_log (id, type, source, subject, time, schema, aggregate_version, user_id, shop_id, correlation_id,
    causation_id, data, recorded_at)
select id, kind, '/' || writer || '-svc', subject::text, at, kind || '/1', version, user_id, shop_id, 'req-' || id, 'req-' || id,
    data, at
from event
where at > timestamptz :'since' or kind in ('order.created', 'order.item.status.updated', 'order.cancelled');

insert into order_items (id, order_id, shop_id, product_id, variation_id, user_id, quantity, unit_price, currency, status,
    ordered_at, shipped_at, delivered_at, cancelled_at)
select item_id, id, shop_id, product_id, variation_id, user_id, quantity, unit_price, 'AZN', status, at, shipped_at,
    delivered_at, cancelled_at
from line order by n, l;

create temp table moment as
select id, shop_id, product_id, minutes, date_bin(minutes * interval '1 minute', moment_at, timestamptz 'epoch') as bucket,
    is_order, quantity as pieces, quantity * unit_price as price
from line cross join lateral (values (at, true), (delivered_at, false)) as moment (moment_at, is_order)
    cross join (values (15), (1440), (10080)) as span (minutes)
where not is_cancelled;

insert into market_sales as known (minutes, bucket, currency, orders, units, booked, settled)
select minutes, bucket, 'AZN', count(distinct id) filter (where is_order), coalesce(sum(pieces) filter (where is_order), 0),
    coalesce(sum(price) filter (where is_order), 0), coalesce(sum(price) filter (where not is_order), 0)
from moment group by minutes, bucket order by minutes, bucket
on conflict (minutes, bucket, currency) do update set
    orders = known.orders + excluded.orders, units = known.units + excluded.units,
    booked = known.booked + excluded.booked, settled = known.settled + excluded.settled;

insert into shop_sales as known (shop_id, minutes, bucket, currency, orders, units, booked, settled)
select shop_id, minutes, bucket, 'AZN', count(distinct id) filter (where is_order),
    coalesce(sum(pieces) filter (where is_order), 0),
    coalesce(sum(price) filter (where is_order), 0), coalesce(sum(price) filter (where not is_order), 0)
from moment group by shop_id, minutes, bucket order by minutes, bucket
on conflict (shop_id, minutes, bucket, currency) do update set
    orders = known.orders + excluded.orders, units = known.units + excluded.units,
    booked = known.booked + excluded.booked, settled = known.settled + excluded.settled;

insert into product_sales as known (shop_id, product_id, minutes, bucket, currency, orders, units, booked, settled)
select shop_id, product_id, minutes, bucket, 'AZN', count(distinct id) filter (where is_order),
    coalesce(sum(pieces) filter (where is_order), 0),
    coalesce(sum(price) filter (where is_order), 0), coalesce(sum(price) filter (where not is_order), 0)
from moment group by shop_id, product_id, minutes, bucket order by minutes, bucket
on conflict (shop_id, minutes, bucket, product_id, currency) do update set
    orders = known.orders + excluded.orders, units = known.units + excluded.units,
    booked = known.booked + excluded.booked, settled = known.settled + excluded.settled;
