-- What is not final is unfinished, also in a status that a later build adds. The previous release uses the indexes
-- orders_unfinished and sub_orders_unfinished; the next one can drop them.
create index orders_not_final on orders (user_id) where status not in ('completed', 'delivered', 'cancelled');
create index sub_orders_not_final on sub_orders (owner_id)
    where status not in ('completed', 'delivered', 'cancelled');
