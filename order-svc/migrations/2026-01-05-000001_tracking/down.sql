drop index order_items_tracking;
