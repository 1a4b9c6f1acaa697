-- Who saw which product lately, so that a view counts once in half an hour.
create table product_views (
    product_id uuid        not null,
    visitor    text        not null check (length(visitor) <= 128),
    seen_at    timestamptz not null default now(),
    primary key (product_id, visitor)
);

create index product_views_age on product_views (seen_at);
