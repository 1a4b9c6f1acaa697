-- Whose account was erased: what events still tell of them is kept without them.
alter table accounts add column is_erased boolean not null default false;

-- The customer of an item, until the customer's account is erased.
alter table order_items alter column customer_id drop not null;
create index order_items_of_customer on order_items (customer_id) where customer_id is not null;
