-- The shop's own view of what was ordered from it, kept from order events.
create table order_items (
    id              uuid        primary key,
    order_id        uuid        not null,
    shop_id         uuid        not null,
    customer_id     uuid        not null,
    product_id      uuid        not null,
    variation_id    uuid        not null,
    quantity        integer     not null,
    unit_price      bigint      not null,
    currency        text        not null,
    -- Number, sub-order, title, SKU and options; null while only a change of status has come.
    line            jsonb,
    status          text        not null
        check (status in ('processing', 'shipped', 'delivered', 'cancelled')),
    reason          text,
    carrier         text,
    tracking_number text,
    -- That of the newest status event.
    version         bigint      not null,
    ordered_at      timestamptz not null
);

create index order_items_of_shop on order_items (shop_id, ordered_at, id);
create index order_items_unfinished on order_items (shop_id) where status in ('processing', 'shipped');
