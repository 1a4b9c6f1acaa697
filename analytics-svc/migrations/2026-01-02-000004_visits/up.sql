-- Who looked at a shop or at one of its products, by quarter of an hour: counting different visitors of any
-- period stays exact.
create table visits (
    shop_id uuid not null,
    bucket timestamptz not null,
    visitor text not null,
    primary key (shop_id, bucket, visitor)
);
