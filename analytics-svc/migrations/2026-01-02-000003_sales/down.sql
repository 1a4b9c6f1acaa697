drop table product_sales;
drop table shop_sales;
drop table market_sales;
