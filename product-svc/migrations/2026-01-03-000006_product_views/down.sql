drop table product_views;
