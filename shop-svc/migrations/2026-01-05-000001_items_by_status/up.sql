-- A shop asks for what it has to send, and for what it still owes. Few items of all that were ever ordered wait.
create index order_items_by_status on order_items (shop_id, status, ordered_at, id);
drop index order_items_unfinished;
