-- When a visitor's last counted view of a shop was; rows older than half an hour mean nothing.
create table shop_views (
    shop_id uuid        not null,
    visitor text        not null check (length(visitor) <= 200),
    seen_at timestamptz not null,
    primary key (shop_id, visitor)
);

create index shop_views_age on shop_views (seen_at);
