drop table stock;
drop table products;
drop table shops;
