drop table parked_audit;
drop table parked;
