-- What an order writes, with the indexes and checks of the services' own tables, in one database and with nothing else.
create table orders (
    id uuid primary key,
    number text not null,
    user_id uuid not null,
    previous_order_id uuid,
    reservation_id uuid not null,
    status text not null check (status in ('processing', 'shipped', 'completed', 'cancelled')),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    subtotal bigint not null check (subtotal >= 0),
    total bigint not null check (total = subtotal),
    shipping_address jsonb not null,
    created_at timestamptz not null
);
create unique index on orders (number);
create unique index on orders (user_id, previous_order_id) nulls not distinct;
create index on orders (user_id, id);

create table sub_orders (
    id uuid primary key,
    order_id uuid not null references orders (id),
    shop_id uuid not null,
    owner_id uuid not null,
    status text not null check (status in ('processing', 'shipped', 'delivered', 'cancelled')),
    subtotal bigint not null check (subtotal >= 0)
);
create unique index on sub_orders (order_id, shop_id);
create index on sub_orders (shop_id, order_id);

create table order_items (
    id uuid primary key,
    order_id uuid not null,
    sub_order_id uuid not null references sub_orders (id),
    product_id uuid not null,
    variation_id uuid not null,
    title text not null,
    quantity integer not null check (quantity between 1 and 999),
    unit_price bigint not null check (unit_price >= 0),
    status text not null check (status in ('processing', 'shipped', 'delivered', 'cancelled'))
);
create index on order_items (order_id);

create table stock (
    id integer primary key,
    available integer not null check (available >= 0),
    version bigint not null default 1
) with (fillfactor = 50);
insert into stock select id, 1000000000 from generate_series(1, 1000) as id;

create table stock_ledger (
    id bigint generated always as identity primary key,
    variation_id uuid not null,
    delta integer not null check (delta <> 0),
    reason text not null check (reason in ('reserve', 'release', 'sell')),
    reference_id uuid,
    created_at timestamptz not null default now()
);
create index on stock_ledger (variation_id, id);

create table outbox (
    seq bigint generated always as identity primary key,
    id uuid not null unique,
    exchange text not null,
    routing_key text not null,
    body text not null,
    created_at timestamptz not null default now(),
    published_at timestamptz
);
create index on outbox (seq) where published_at is null;

-- Ids that grow, as UUIDv7 do: client, number of the order, what it is.
create function id_of(client bigint, number bigint, what integer) returns uuid language sql immutable as
$$ select (lpad(to_hex(client), 8, '0') || lpad(to_hex(number), 8, '0') || lpad(to_hex(what), 16, '0'))::uuid $$;
