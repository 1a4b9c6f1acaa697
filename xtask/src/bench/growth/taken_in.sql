insert into inbox (queue, event_id, handled_at)
select queue, id, at from kept join (values
    ('product-svc.orders', 'product_svc', array['order.created', 'order.item.status.updated', 'order.completed', 'order.cancelled']),
    ('cart-svc.orders', 'cart_svc', array['order.created']),
    ('cart-svc.catalogue', 'cart_svc', array['stock.changed']),
    ('wishlist-svc.catalogue', 'wishlist_svc', array['stock.changed']),
    ('search-svc.catalogue', 'search_svc', array['stock.changed']),
    ('shop-svc.orders', 'shop_svc', array['order.item.created', 'order.item.status.updated', 'order.completed', 'order.cancelled']),
    ('analytics-svc.events', 'analytics_svc', array['order.created', 'order.item.created', 'order.item.status.updated',
        'order.completed', 'order.cancelled', 'stock.changed'])) as reader (queue, database, kinds) on kind = any (kinds)
where database = current_database() order by at;
