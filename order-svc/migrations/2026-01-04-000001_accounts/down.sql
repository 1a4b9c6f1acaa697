drop index sub_orders_unfinished;
drop index orders_unfinished;
drop table accounts;
