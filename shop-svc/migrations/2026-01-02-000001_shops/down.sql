drop table shop_history;
drop table shops;
