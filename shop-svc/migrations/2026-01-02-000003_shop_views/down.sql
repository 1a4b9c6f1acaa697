drop table shop_views;
