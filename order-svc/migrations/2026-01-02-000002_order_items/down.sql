drop table order_items;
drop table sub_orders;
