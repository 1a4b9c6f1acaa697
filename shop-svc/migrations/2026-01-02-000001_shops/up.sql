create table shops (
    id            uuid        primary key,
    owner_id      uuid        not null,
    name          text        not null check (length(name) between 3 and 100),
    slug          text        not null check (length(slug) between 1 and 80),
    about         text        check (length(about) <= 1000),
    logo_url      text        check (length(logo_url) <= 500),
    is_verified   boolean     not null default false,
    status        text        not null
        check (status in ('pending', 'approved', 'rejected', 'suspended', 'closed')),
    status_reason text        check (length(status_reason) <= 1000),
    version       bigint      not null,
    created_at    timestamptz not null,
    updated_at    timestamptz not null
);

create unique index shops_slug on shops (slug);
-- A user has one open shop.
create unique index shops_open_owner on shops (owner_id) where status <> 'closed';
-- Lists go from the newest to the oldest; ids are in the order of time.
create index shops_status on shops (status, id);

create table shop_history (
    id          uuid        primary key,
    shop_id     uuid        not null references shops (id),
    action      text        not null,
    from_status text,
    to_status   text        not null,
    -- None when the service itself did it.
    actor_id    uuid,
    reason      text        check (length(reason) <= 1000),
    at          timestamptz not null
);

create index shop_history_of_shop on shop_history (shop_id, id);
