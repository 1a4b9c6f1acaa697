create table variations (
    id             uuid        primary key,
    product_id     uuid        not null references products (id),
    options        jsonb       not null,
    -- The options in one canonical form: equal combinations have equal keys.
    option_key     text        not null,
    currency       text        not null check (length(currency) = 3),
    price          bigint      not null check (price > 0),
    original_price bigint      check (original_price >= price),
    cost_price     bigint      check (cost_price >= 0),
    archived_at    timestamptz,
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now()
);

create unique index variations_options on variations (product_id, option_key) where archived_at is null;
create index variations_of_product on variations (product_id);

-- Apart from the variation: a small row that changes often, and a lock that no edit waits for.
create table stock (
    variation_id        uuid    primary key references variations (id),
    available           integer not null constraint stock_not_below_zero check (available >= 0),
    version             bigint  not null default 1,
    low_stock_threshold integer check (low_stock_threshold >= 0),
    -- The notice of low stock was given, and no restocking has lifted it since.
    low_noticed         boolean not null default false
) with (fillfactor = 50);

-- Every change of stock. No foreign key: its check would lock the row of the variation for each entry,
-- and variations are never removed.
create table stock_ledger (
    id           bigint      generated always as identity primary key,
    variation_id uuid        not null,
    delta        integer     not null check (delta <> 0),
    reason       text        not null
                 check (reason in ('initial', 'restock', 'adjust', 'reserve', 'release', 'sell', 'return')),
    -- Who did it, when a person did.
    actor_id     uuid,
    -- The reservation, or the order item of a return.
    reference_id uuid,
    note         text        check (length(note) <= 500),
    created_at   timestamptz not null default now()
);

create index stock_ledger_of_variation on stock_ledger (variation_id, id);
