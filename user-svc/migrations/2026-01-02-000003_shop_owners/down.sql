drop table shop_owners;
