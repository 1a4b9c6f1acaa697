delete from market_sales where minutes <> 15;
alter table market_sales drop constraint market_sales_pkey, drop column minutes, add primary key (bucket, currency);

delete from shop_sales where minutes <> 15;
drop index shop_sales_bucket;
alter table shop_sales drop constraint shop_sales_pkey, drop column minutes, add primary key (shop_id, bucket, currency);
create index shop_sales_bucket on shop_sales (bucket);

delete from product_sales where minutes <> 15;
drop index product_sales_bucket;
alter table product_sales drop constraint product_sales_pkey, drop column minutes,
    add primary key (shop_id, bucket, product_id, currency);
create index product_sales_bucket on product_sales (bucket);
