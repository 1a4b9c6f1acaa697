insert into reservations (id, user_id, lines, status, expires_at, next_ask_at, order_id, created_at, ended_at)
select reservation_id, user_id, jsonb_agg(jsonb_build_object('line_id', cart_line_id, 'variation_id', variation_id,
        'quantity', quantity, 'product_id', product_id, 'shop_id', shop_id, 'owner_id', owner_id, 'title', title,
        'sku', sku, 'options', '{"size": "M"}'::jsonb, 'price', pg_temp.money(unit_price), 'cost_price', null)),
    'sold', at + interval '10 minutes', at + interval '10 minutes', id, at, at + interval '1 second'
from line group by n, at, id, reservation_id, user_id order by n;

insert into stock_ledger (variation_id, delta, reason, reference_id, created_at)
select variation_id, sign * quantity, reason, reference_id, at + after
from line cross join lateral (values
    (-1, 'reserve', reservation_id, interval '0', true), (1, 'release', reservation_id, interval '1 second', true),
    (-1, 'sell', reservation_id, interval '1 second', true), (1, 'return', item_id, interval '1 hour', is_cancelled))
    as entry (sign, reason, reference_id, after, is_due)
where is_due order by n, l;

insert into stock_returns (order_item_id, variation_id, quantity, created_at, applied_at)
select item_id, variation_id, quantity, cancelled_at, cancelled_at from line where is_cancelled order by n;

update stock set available = available - pieces, version = version + changes
from (select variation_id, sum(case when is_cancelled then 0 else quantity end) as pieces,
          sum(case when is_cancelled then 2 else 1 end) as changes
      from line group by 1) as sold
where stock.variation_id = sold.variation_id;
