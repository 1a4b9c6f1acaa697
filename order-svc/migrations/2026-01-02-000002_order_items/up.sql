-- The part of an order that one shop sends.
create table sub_orders (
    id       uuid   primary key,
    order_id uuid   not null references orders (id),
    shop_id  uuid   not null,
    -- Who owned the shop when it was ordered, and so may finish it.
    owner_id uuid   not null,
    status   text   not null check (status in ('processing', 'shipped', 'delivered', 'cancelled')),
    subtotal bigint not null check (subtotal >= 0)
);

create unique index sub_orders_of_order on sub_orders (order_id, shop_id);
create index sub_orders_of_shop on sub_orders (shop_id, order_id);

-- What was ordered, as it was shown: nothing here follows the catalogue. Amounts are in the order's currency.
create table order_items (
    id              uuid    primary key,
    order_id        uuid    not null,
    sub_order_id    uuid    not null references sub_orders (id),
    cart_line_id    uuid    not null,
    product_id      uuid    not null,
    variation_id    uuid    not null,
    title           text    not null,
    sku             text    not null,
    options         jsonb   not null,
    quantity        integer not null check (quantity between 1 and 999),
    unit_price      bigint  not null check (unit_price >= 0),
    cost_price      bigint  check (cost_price >= 0),
    status          text    not null check (status in ('processing', 'shipped', 'delivered', 'cancelled')),
    carrier         text    check (length(carrier) <= 100),
    tracking_number text    check (length(tracking_number) <= 100),
    version         bigint  not null default 1
);

create index order_items_of_order on order_items (order_id);
