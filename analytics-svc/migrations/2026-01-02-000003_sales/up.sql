-- Sums per quarter of an hour: days in every time zone begin on such a border.
-- The newest rows are updated all the time; the free space keeps those updates off the indexes.
create table market_sales (
    bucket timestamptz not null,
    currency text not null,
    orders bigint not null,
    units bigint not null,
    booked bigint not null,
    settled bigint not null,
    primary key (bucket, currency)
) with (fillfactor = 50);

create table shop_sales (
    shop_id uuid not null,
    bucket timestamptz not null,
    currency text not null,
    orders bigint not null,
    units bigint not null,
    booked bigint not null,
    settled bigint not null,
    primary key (shop_id, bucket, currency)
) with (fillfactor = 70);

create index shop_sales_bucket on shop_sales (bucket);

create table product_sales (
    shop_id uuid not null,
    product_id uuid not null,
    bucket timestamptz not null,
    currency text not null,
    orders bigint not null,
    units bigint not null,
    booked bigint not null,
    settled bigint not null,
    primary key (shop_id, bucket, product_id, currency)
) with (fillfactor = 70);

create index product_sales_bucket on product_sales (bucket);
