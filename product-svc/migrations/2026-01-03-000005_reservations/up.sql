-- Stock held for an order. Its lines are written once and read as a whole: one row is one write.
create table reservations (
    id          uuid        primary key,
    user_id     uuid,
    lines       jsonb       not null,
    status      text        not null default 'held' check (status in ('held', 'sold', 'released')),
    expires_at  timestamptz not null,
    -- When the sweeper asks (again) what became of it.
    next_ask_at timestamptz not null,
    order_id    uuid,
    created_at  timestamptz not null default now(),
    ended_at    timestamptz
);

create index reservations_held on reservations (next_ask_at) where status = 'held';

-- Cancelled order items, each once; their pieces are put back by a transaction of its own.
create table stock_returns (
    order_item_id uuid        primary key,
    variation_id  uuid        not null,
    quantity      integer     not null check (quantity > 0),
    created_at    timestamptz not null default now(),
    applied_at    timestamptz
);

create index stock_returns_waiting on stock_returns (created_at) where applied_at is null;
