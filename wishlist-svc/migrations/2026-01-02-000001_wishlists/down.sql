drop table wishes;
drop table wishlists;
