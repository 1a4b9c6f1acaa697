drop index order_items_of_customer;
update order_items set customer_id = '00000000-0000-0000-0000-000000000000' where customer_id is null;
alter table order_items alter column customer_id set not null;
alter table accounts drop column is_erased;
