drop table stock_ledger;
drop table stock;
drop table variations;
