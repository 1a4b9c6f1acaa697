-- One cart per customer. The row outlives its account as a mark that late events must not fill it again.
create table carts (
    user_id    uuid        primary key,
    -- Counts the changes of lines: the ETag.
    version    bigint      not null default 1,
    is_erased  boolean     not null default false,
    created_at timestamptz not null default now()
);

create table cart_lines (
    id              uuid        primary key,
    user_id         uuid        not null references carts (user_id),
    -- What a line holds is always known here, if only from the moment it was added.
    variation_id    uuid        not null references mirror_variations (variation_id),
    quantity        integer     not null check (quantity between 1 and 999),
    -- The price its customer was last shown.
    price_amount    bigint      not null,
    price_currency  text        not null,
    -- What its customer was offered instead at checkout; a quantity of 0 means the line would go.
    proposed_quantity integer   check (proposed_quantity between 0 and 999),
    proposed_amount bigint,
    added_at        timestamptz not null,
    unique (user_id, variation_id)
);

-- Orders and additions that took effect on a cart, so that they do so once.
create table applied (
    user_id    uuid        not null references carts (user_id),
    id         uuid        not null,
    applied_at timestamptz not null default now(),
    primary key (user_id, id)
);
