-- Copies of other services' rows, kept by events. `version` is that of the event a row was made from;
-- 0 when a live answer was here before the first event.
create table mirror_shops (
    shop_id    uuid        primary key,
    owner_id   uuid        not null,
    name       text        not null,
    slug       text        not null,
    status     text        not null
        check (status in ('pending', 'approved', 'rejected', 'suspended', 'closed')),
    version    bigint      not null,
    changed_at timestamptz not null
);

create index mirror_shops_owner on mirror_shops (owner_id);

create table mirror_products (
    product_id uuid    primary key,
    shop_id    uuid    not null,
    owner_id   uuid,
    title      text    not null,
    is_active  boolean not null,
    is_deleted boolean not null,
    version    bigint  not null
);

create table mirror_variations (
    variation_id   uuid    primary key,
    product_id     uuid    not null,
    options        jsonb   not null,
    price_amount   bigint  not null,
    price_currency text    not null,
    is_deleted     boolean not null
);

create index mirror_variations_product on mirror_variations (product_id);

-- Apart from the variation, because it has a version of its own and may come first.
create table mirror_stock (
    variation_id uuid    primary key,
    available    integer not null,
    version      bigint  not null
);
