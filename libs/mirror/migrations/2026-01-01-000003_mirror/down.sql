drop table mirror_stock;
drop table mirror_variations;
drop table mirror_products;
drop table mirror_shops;
