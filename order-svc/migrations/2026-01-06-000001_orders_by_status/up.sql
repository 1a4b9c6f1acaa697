-- Operators look for the few orders that stand somewhere else than nearly all.
create index orders_by_status on orders (status, id);
