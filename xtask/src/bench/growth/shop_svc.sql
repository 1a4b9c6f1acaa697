insert into order_items (id, order_id, shop_id, customer_id, product_id, variation_id, quantity, unit_price, currency, line,
    status, carrier, tracking_number, version, ordered_at)
select item_id, id, shop_id, user_id, product_id, variation_id, quantity, unit_price, 'AZN',
    jsonb_build_object('order_number', number, 'sub_order_id', part_id, 'title', title, 'sku', sku,
        'options', '{"size": "M"}'::jsonb),
    status, carrier, tracking_number, case when is_cancelled then 2 else 3 end, at
from line order by n, l;
