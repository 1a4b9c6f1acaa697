-- Beside the sums per quarter of an hour those of days and of weeks, so that a report over a month reads some ten sums
-- of a product instead of one for each quarter it was sold in. Stretches of one length are counted from 1970 on.
alter table market_sales add column minutes integer not null default 15 check (minutes in (15, 1440, 10080));
alter table market_sales drop constraint market_sales_pkey, add primary key (minutes, bucket, currency);

alter table shop_sales add column minutes integer not null default 15 check (minutes in (15, 1440, 10080));
alter table shop_sales drop constraint shop_sales_pkey, add primary key (shop_id, minutes, bucket, currency);
drop index shop_sales_bucket;
create index shop_sales_bucket on shop_sales (minutes, bucket);

alter table product_sales add column minutes integer not null default 15 check (minutes in (15, 1440, 10080));
alter table product_sales drop constraint product_sales_pkey, add primary key (shop_id, minutes, bucket, product_id, currency);
drop index product_sales_bucket;
create index product_sales_bucket on product_sales (minutes, bucket);

insert into market_sales (minutes, bucket, currency, orders, units, booked, settled)
select longer, date_bin(longer * interval '1 minute', bucket, timestamptz 'epoch') as begins, currency, sum(orders), sum(units),
    sum(booked), sum(settled)
from market_sales, (values (1440), (10080)) as span (longer) group by longer, begins, currency;

insert into shop_sales (shop_id, minutes, bucket, currency, orders, units, booked, settled)
select shop_id, longer, date_bin(longer * interval '1 minute', bucket, timestamptz 'epoch') as begins, currency, sum(orders),
    sum(units), sum(booked), sum(settled)
from shop_sales, (values (1440), (10080)) as span (longer) group by shop_id, longer, begins, currency;

insert into product_sales (shop_id, product_id, minutes, bucket, currency, orders, units, booked, settled)
select shop_id, product_id, longer, date_bin(longer * interval '1 minute', bucket, timestamptz 'epoch') as begins, currency,
    sum(orders), sum(units), sum(booked), sum(settled)
from product_sales, (values (1440), (10080)) as span (longer) group by shop_id, product_id, longer, begins, currency;

alter table market_sales alter column minutes drop default;
alter table shop_sales alter column minutes drop default;
alter table product_sales alter column minutes drop default;
