drop index sub_orders_not_final;
drop index orders_not_final;
