-- Each moment is a column of its own, so that the events of an item may come in any order.
create table order_items (
    id uuid primary key,
    order_id uuid not null,
    shop_id uuid not null,
    product_id uuid not null,
    variation_id uuid not null,
    user_id uuid,
    quantity bigint not null check (quantity > 0),
    unit_price bigint not null check (unit_price >= 0),
    currency text not null,
    status text not null,
    ordered_at timestamptz,
    shipped_at timestamptz,
    delivered_at timestamptz,
    cancelled_at timestamptz
);

create index order_items_order on order_items (order_id);
create index order_items_user on order_items (user_id) where user_id is not null;
