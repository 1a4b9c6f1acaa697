drop table product_announcements;
drop table product_stats;
drop table product_categories;
drop table products;
