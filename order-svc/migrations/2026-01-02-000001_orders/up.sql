create table orders (
    id                uuid        primary key,
    -- For people: cannot be guessed, and holds no characters that look alike.
    number            text        not null,
    user_id           uuid        not null,
    -- The customer's order before this one.
    previous_order_id uuid,
    reservation_id    uuid        not null,
    status            text        not null check (status in ('processing', 'shipped', 'completed', 'cancelled')),
    currency          text        not null check (currency ~ '^[A-Z]{3}$'),
    subtotal          bigint      not null check (subtotal >= 0),
    shipping          bigint      not null default 0 check (shipping >= 0),
    tax               bigint      not null default 0 check (tax >= 0),
    discount          bigint      not null default 0 check (discount >= 0),
    total             bigint      not null check (total = subtotal + shipping + tax - discount),
    shipping_address  jsonb       not null,
    note              text        check (length(note) <= 1000),
    version           bigint      not null default 1,
    created_at        timestamptz not null
);

create unique index orders_number on orders (number);
-- Orders of a customer form a chain: of two checkouts that follow the same order, one wins.
create unique index orders_previous on orders (user_id, previous_order_id) nulls not distinct;
create index orders_of_user on orders (user_id, id);
