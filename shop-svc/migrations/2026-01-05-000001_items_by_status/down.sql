create index order_items_unfinished on order_items (shop_id) where status in ('processing', 'shipped');
drop index order_items_by_status;
