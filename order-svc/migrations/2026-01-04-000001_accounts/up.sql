-- Customers, as far as they may order: every order locks its customer's row, and so does closing the account, so that
-- no order slips in while an erasure is decided.
create table accounts (
    user_id   uuid    primary key,
    is_closed boolean not null default false,
    -- The newest attempt of user-svc to close or reopen it.
    attempt   bigint  not null default 0
);

create index orders_unfinished on orders (user_id) where status in ('processing', 'shipped');
create index sub_orders_unfinished on sub_orders (owner_id) where status in ('processing', 'shipped');
