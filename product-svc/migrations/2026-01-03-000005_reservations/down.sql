drop table stock_returns;
drop table reservations;
